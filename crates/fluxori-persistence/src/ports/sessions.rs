use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_domain::{
    SecretHash,
    ports::{Session, SessionRepository, StorageError},
};

use crate::{
    Database,
    dispatch::{point_read, transaction},
    rows::NewSessionRow,
};

#[async_trait]
impl SessionRepository for Database {
    async fn begin(&self, cookie: SecretHash, session: &Session) -> Result<(), StorageError> {
        let row = NewSessionRow::session(cookie, session);
        transaction!(self, sessions::insert(&row)).map_err(|failure| self.explain(failure))
    }

    async fn find(
        &self,
        cookie: SecretHash,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StorageError> {
        point_read!(self, sessions::find(cookie, now))?
            .map(TryInto::try_into)
            .transpose()
    }

    async fn end(&self, cookie: SecretHash) -> Result<bool, StorageError> {
        let forgotten = transaction!(self, sessions::end(cookie));
        forgotten
            .map(|count| count > 0)
            .map_err(|failure| self.explain(failure))
    }

    async fn offer(&self, token: SecretHash, link: &Session) -> Result<(), StorageError> {
        let row = NewSessionRow::link(token, link);
        transaction!(self, sessions::insert(&row)).map_err(|failure| self.explain(failure))
    }

    async fn redeem(
        &self,
        token: SecretHash,
        cookie: SecretHash,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StorageError> {
        transaction!(self, sessions::redeem(token, cookie, until, now))
            .map_err(|failure| self.explain(failure))?
            .map(TryInto::try_into)
            .transpose()
    }

    async fn purge(&self, now: DateTime<Utc>) -> Result<u64, StorageError> {
        let forgotten = transaction!(self, sessions::purge(now));
        forgotten
            .map(|count| count as u64)
            .map_err(|failure| self.explain(failure))
    }
}
