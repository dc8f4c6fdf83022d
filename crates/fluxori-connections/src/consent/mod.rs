//! Connecting in the browser: off to the marketplace's consent page, and back with a code.

mod authorise;
mod binding;
mod callback;
mod settings;
mod start;
mod store;

pub use authorise::{Authorisation, AuthoriseRequest};
pub use binding::BrowserBinding;
pub use callback::{CallbackEnd, ConsentResult};
pub use settings::ConsentSettings;
pub use start::StartEnd;
