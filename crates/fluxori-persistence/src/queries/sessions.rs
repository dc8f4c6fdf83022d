//! Who is signed in to the page.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryResult,
    SelectableHelper as _,
};
use fluxori_domain::SecretHash;

use super::dual;
use crate::{
    failure::Failure,
    rows::{LINK, NewSessionRow, SESSION, SessionRow},
    schema::sessions,
    types::Micros,
};

dual! {
    /// Remembers a session or a link.
    fn insert(connection, row: &NewSessionRow) -> Result<(), Failure> {
        let insert = diesel::insert_into(sessions::table).values(row);
        wait!(insert.execute(connection))?;
        Ok(())
    }

    /// The session of a cookie: what every request of the page asks first.
    fn find(
        connection,
        cookie: SecretHash,
        now: DateTime<Utc>,
    ) -> QueryResult<Option<SessionRow>> {
        let query = sessions::table
            .filter(sessions::hash.eq(cookie.0.to_vec()))
            .filter(sessions::kind.eq(SESSION))
            .filter(sessions::expires_at.gt(Micros::of(now)))
            .select(SessionRow::as_select());
        wait!(query.first(connection)).optional()
    }

    /// Forgets the session of a cookie.
    fn end(connection, cookie: SecretHash) -> Result<usize, Failure> {
        let session = sessions::table
            .filter(sessions::hash.eq(cookie.0.to_vec()))
            .filter(sessions::kind.eq(SESSION));
        let deleted: QueryResult<usize> = wait!(diesel::delete(session).execute(connection));
        Ok(deleted?)
    }

    /// Makes a link a session: one statement, so that of two who open it one gets in. The other waits for the row and then
    /// finds that it has another hash.
    fn redeem(
        connection,
        token: SecretHash,
        cookie: SecretHash,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<SessionRow>, Failure> {
        let link = sessions::table
            .filter(sessions::hash.eq(token.0.to_vec()))
            .filter(sessions::kind.eq(LINK))
            .filter(sessions::expires_at.gt(Micros::of(now)));
        let session = (
            sessions::hash.eq(cookie.0.to_vec()),
            sessions::kind.eq(SESSION),
            sessions::expires_at.eq(Micros::of(until)),
        );
        let redeem = diesel::update(link)
            .set(session)
            .returning(SessionRow::as_returning());
        Ok(wait!(redeem.get_result(connection)).optional()?)
    }

    /// Forgets what has expired, of all tenants.
    fn purge(connection, now: DateTime<Utc>) -> Result<usize, Failure> {
        let expired = sessions::table.filter(sessions::expires_at.le(Micros::of(now)));
        let deleted: QueryResult<usize> = wait!(diesel::delete(expired).execute(connection));
        Ok(deleted?)
    }
}
