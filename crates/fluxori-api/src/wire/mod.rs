//! Connections: taken, bounded, watched, and spoken HTTP on.

mod certificate;
mod guarded;
mod line;
mod listener;
mod serve;
mod settings;
mod tls;
mod unix;

use certificate::{Certificate, CertificateError, CertificateFiles};
use tls::Tls;
use unix::UnixSocket;

pub(crate) use line::Line;
pub(crate) use listener::Listeners;
pub(crate) use serve::{Taken, serve};
pub use settings::{TlsSettings, UnixSettings};
