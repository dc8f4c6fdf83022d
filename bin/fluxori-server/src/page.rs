use std::{borrow::Cow, fs, path::Path};

use fluxori_api::PageAssets;
use rust_embed::RustEmbed;

/// The page as `npm run build` left it, when this program was built. Without it the program builds all the same.
#[derive(RustEmbed)]
#[folder = "../../frontend/dist/app/"]
#[allow_missing = true]
struct Files;

/// The same place, for debug builds.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../frontend/dist/app");

/// Serves these files. A release carries them; a debug build reads them where they were built, now.
pub(crate) struct BuiltPage;

impl BuiltPage {
    /// Whether the page was built.
    pub(crate) fn is_there() -> bool {
        Self.file("index.html").is_some()
    }
}

impl PageAssets for BuiltPage {
    fn file(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        if cfg!(debug_assertions) {
            fs::read(Path::new(FOLDER).join(name)).ok().map(Cow::Owned)
        } else {
            Files::get(name).map(|file| file.data)
        }
    }
}
