//! The page that people use: files built elsewhere, served so that a browser runs nothing else.

mod document;
mod file;

use std::sync::Arc;

use actix_web::HttpResponse;

use crate::{PageAssets, random::NoRandomness};

/// Serves the page. Shared by all workers.
pub(crate) struct Page {
    assets: Arc<dyn PageAssets>,
}

impl Page {
    pub(crate) fn new(assets: Arc<dyn PageAssets>) -> Self {
        Self { assets }
    }

    /// The document; `None` where the page was not built into the program.
    pub(crate) fn document(&self) -> Option<Result<HttpResponse, NoRandomness>> {
        let html = self.assets.file("index.html")?;
        Some(document::respond(&html))
    }

    /// A file of the page whose name holds its version: it never changes.
    pub(crate) fn hashed(&self, name: &str) -> Option<HttpResponse> {
        const FOR_EVER: &str = "public, max-age=31536000, immutable";
        let kind = file::content_type(name)?;
        let bytes = self.assets.file(&format!("assets/{name}"))?;
        Some(file::respond(bytes, kind, FOR_EVER))
    }

    /// The picture that browsers show beside the title.
    pub(crate) fn icon(&self) -> Option<HttpResponse> {
        const ONE_HOUR: &str = "public, max-age=3600";
        let bytes = self.assets.file("favicon.svg")?;
        Some(file::respond(bytes, "image/svg+xml", ONE_HOUR))
    }
}
