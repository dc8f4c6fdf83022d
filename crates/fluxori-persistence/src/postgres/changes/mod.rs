//! Hearing of what other processes change, over `LISTEN`.

mod board;
mod listener;

use std::sync::Arc;

use fluxori_domain::{
    TenantScope,
    ports::{ChangeFeed, ChangeMark},
};
use tokio::task::JoinHandle;

use super::direct::Direct;
use board::Board;

/// Listens for changes on a connection of its own, which it opens anew whenever it is lost, until dropped.
///
/// Several times a second it sends itself a message; changes are taken for heard only as long as these come back.
pub struct ChangeListener {
    board: Arc<Board>,
    task: JoinHandle<()>,
}

impl ChangeListener {
    pub(super) fn start(direct: Direct) -> Self {
        let board = Arc::new(Board::new());
        let runtime = direct.runtime().clone();
        let task = runtime.spawn(listener::run(direct, Arc::clone(&board)));
        Self { board, task }
    }
}

impl Drop for ChangeListener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl ChangeFeed for ChangeListener {
    fn mark(&self, scope: &TenantScope) -> Option<ChangeMark> {
        self.board.mark(scope)
    }

    fn is_current(&self, mark: &ChangeMark) -> bool {
        self.board.is_current(mark)
    }

    fn changed(&self, scope: &TenantScope) {
        self.board.changed(scope);
    }
}

impl std::fmt::Debug for ChangeListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChangeListener")
            .field("is_healthy", &self.board.is_healthy())
            .finish_non_exhaustive()
    }
}
