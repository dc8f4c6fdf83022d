//! Everything that is answered over HTTP/1.1.

mod body;
mod projects;
mod render;
mod route;
mod secrets;
mod serve;

pub(super) use route::handle;
pub(super) use serve::serve;
