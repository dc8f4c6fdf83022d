use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    Backend, CredentialId, StoredSecret,
    ports::{KnownSecret, LooseSecret, OutsidePlace, OutsideStore, OutsideValue},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use uuid::Uuid;

use crate::{ConnectionError, Connections};

/// What is younger may be on its way into a row.
const GRACE: TimeDelta = TimeDelta::hours(1);

/// How many places are looked into at once.
const AT_ONCE: usize = 8;

/// How many credentials are read from the database at once.
const BATCH: u16 = 500;

/// What both sides say of what is kept outside the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Credentials whose row holds a value outside.
    pub held: u64,
    /// Places of this installation outside.
    pub places: u64,
    /// Values in them that are not destroyed: what the keeper charges for.
    pub values: u64,
    /// Places and values that neither a row nor the ledger knows of.
    pub strays: Vec<Stray>,
    /// Credentials whose secret cannot be opened: sellers have to connect again, or somebody has to mend it there.
    pub damaged: Vec<(CredentialId, Damage)>,
    /// Strays that were destroyed.
    pub destroyed: u64,
}

/// Something outside that the database does not know of: made by hand, or left by a database that was restored to an
/// earlier state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Whose credential it was.
    pub credential: CredentialId,
    /// The name of the place, or of the value where its place is in use.
    pub name: String,
    /// When the keeper made it.
    pub made_at: DateTime<Utc>,
    /// Whether it is too young to be destroyed: it may be on its way into a row.
    pub is_young: bool,
}

/// What is wrong with a value that a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// It does not exist outside, or is destroyed.
    Lost,
    /// Somebody disabled it by hand.
    Disabled,
}

/// One place with what is in it.
struct Seen {
    place: OutsidePlace,
    values: Vec<OutsideValue>,
    known: Option<KnownSecret>,
}

impl Connections {
    /// Maintenance, all tenants: compares what is kept outside the database with what the database knows, both ways, and
    /// with `apply` destroys strays that are older than an hour. `progress` is told how many places have been looked into.
    ///
    /// Work grows with the number of places: the keeper is asked for the values of each.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`] and [`ConnectionError::Secret`] when one of the two sides does not answer. What was
    /// destroyed until then stays destroyed.
    pub async fn reconcile(
        &self,
        backend: Backend,
        apply: bool,
        progress: impl Fn(u64),
    ) -> Result<Inventory, ConnectionError> {
        let mut inventory = Inventory::default();
        let Some(outside) = self.ports.secrets.outside(backend)? else {
            return Ok(inventory);
        };
        let mut seen = HashSet::new();
        let mut after = None;
        loop {
            let page = outside.list(after).await?;
            let mut looks = stream::iter(self.look_up(page.places).await?)
                .map(|(place, known)| look_into(outside, place, known))
                .buffer_unordered(AT_ONCE);
            while let Some(looked) = looks.try_next().await? {
                inventory.places += 1;
                seen.insert(looked.place.name.clone());
                self.judge(&mut inventory, (backend, outside), &looked, apply)
                    .await?;
                progress(inventory.places);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        self.count_held(&mut inventory, (backend, outside), &seen)
            .await?;
        Ok(inventory)
    }

    /// Whether a row still holds a value that seems damaged: it may have been renewed, and the value destroyed, since it was
    /// read.
    async fn still_holds(
        &self,
        credential: CredentialId,
        value: &StoredSecret,
    ) -> Result<bool, ConnectionError> {
        let known = self.ports.ledger.known(&[credential]).await?;
        Ok(known.iter().any(|known| known.held.as_ref() == Some(value)))
    }

    /// What the database knows of these places' credentials.
    async fn look_up(
        &self,
        places: Vec<OutsidePlace>,
    ) -> Result<Vec<(OutsidePlace, Option<KnownSecret>)>, ConnectionError> {
        let mut known = HashMap::new();
        for some in places.chunks(usize::from(BATCH)) {
            let credentials: Vec<_> = some.iter().map(|place| place.credential).collect();
            let found = self.ports.ledger.known(&credentials).await?;
            known.extend(found.into_iter().map(|known| (known.credential, known)));
        }
        Ok(places
            .into_iter()
            .map(|place| {
                let known = known.get(&place.credential).cloned();
                (place, known)
            })
            .collect())
    }

    async fn judge(
        &self,
        inventory: &mut Inventory,
        (backend, outside): (Backend, &dyn OutsideStore),
        seen: &Seen,
        apply: bool,
    ) -> Result<(), ConnectionError> {
        inventory.values += seen.values.len() as u64;
        let place = &seen.place;
        let before = Claims::of(seen.known.as_ref(), place);
        let damage = before.held.and_then(|held| damage_of(held, &seen.values));
        // What was renewed since the row was read only seems strange: it is read once more.
        let is_strange = before.is_empty()
            || damage.is_some()
            || !seen.values.iter().all(|value| before.names(value));
        let now = if is_strange {
            let known = self.ports.ledger.known(&[place.credential]).await?;
            known.into_iter().next()
        } else {
            None
        };
        let after = Claims::of(now.as_ref(), place);
        if let Some(damage) = damage
            && after.held == before.held
        {
            inventory.damaged.push((place.credential, damage));
        }
        // Whoever writes right now names a value only when it is written.
        if before.is_writing() || after.is_writing() {
            return Ok(());
        }
        let oldest = self.now() - GRACE;
        if before.is_empty() && after.is_empty() {
            inventory.strays.push(Stray {
                credential: place.credential,
                name: place.name.clone(),
                made_at: place.made_at,
                is_young: place.made_at > oldest,
            });
        } else {
            let values = seen.values.iter();
            let strays = values.filter(|value| !before.names(value) && !after.names(value));
            inventory.strays.extend(strays.map(|value| Stray {
                credential: place.credential,
                name: value.value.clone(),
                made_at: value.made_at,
                is_young: value.made_at > oldest,
            }));
        }
        let known = now.as_ref().or(seen.known.as_ref());
        let old = inventory
            .strays
            .iter()
            .filter(|stray| stray.name.starts_with(&place.name) && !stray.is_young)
            .count() as u64;
        if apply && old > 0 && self.clear((backend, outside), place, known).await? {
            inventory.destroyed += old;
        }
        Ok(())
    }

    /// Destroys what is in a place and not known; `false` when a writer is in the way.
    async fn clear(
        &self,
        (backend, outside): (Backend, &dyn OutsideStore),
        place: &OutsidePlace,
        known: Option<&KnownSecret>,
    ) -> Result<bool, ConnectionError> {
        let Some(KnownSecret { scope, .. }) = known else {
            // No row, no entry, and older than any writer: nothing can come into use here.
            outside.destroy_place(place.credential, &place.name).await?;
            return Ok(true);
        };
        let entry = LooseSecret {
            id: Uuid::new_v4(),
            scope: scope.clone(),
            credential: place.credential,
            backend,
            place: place.name.clone(),
            value: None,
            due_at: self.now(),
        };
        self.ports.ledger.begin(&entry).await?;
        self.settle(&entry).await
    }

    /// Counts the rows that hold something outside, and finds those whose place is not there.
    async fn count_held(
        &self,
        inventory: &mut Inventory,
        (backend, outside): (Backend, &dyn OutsideStore),
        seen: &HashSet<String>,
    ) -> Result<(), ConnectionError> {
        let mut after = None;
        loop {
            let residents = self
                .ports
                .moves
                .residents(backend, None, after, BATCH)
                .await?;
            let Some(last) = residents.last() else {
                return Ok(());
            };
            after = Some(last.id);
            for credential in residents {
                inventory.held += 1;
                let place = credential.secret.place().unwrap_or_default();
                if seen.contains(place) {
                    continue;
                }
                // It may be younger than the list.
                let values = outside.values(credential.id, place).await?;
                if let Some(damage) = damage_of(&credential.secret, &values)
                    && self.still_holds(credential.id, &credential.secret).await?
                {
                    inventory.damaged.push((credential.id, damage));
                }
            }
        }
    }
}

/// What is wrong with the value that a row holds, by what the keeper says of its place.
fn damage_of(held: &StoredSecret, values: &[OutsideValue]) -> Option<Damage> {
    match values.iter().find(|value| value.value == held.value) {
        None => Some(Damage::Lost),
        Some(value) => (!value.is_enabled).then_some(Damage::Disabled),
    }
}

/// What the database says of one place.
struct Claims<'a> {
    held: Option<&'a StoredSecret>,
    loose: Vec<&'a LooseSecret>,
}

impl<'a> Claims<'a> {
    fn of(known: Option<&'a KnownSecret>, place: &OutsidePlace) -> Self {
        let held = known.and_then(|known| known.held.as_ref());
        let loose = known.into_iter().flat_map(|known| &known.loose);
        Self {
            held: held.filter(|held| held.place() == Some(place.name.as_str())),
            loose: loose.filter(|loose| loose.place == place.name).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.held.is_none() && self.loose.is_empty()
    }

    fn is_writing(&self) -> bool {
        self.loose.iter().any(|loose| loose.value.is_none())
    }

    /// Whether they name this value.
    fn names(&self, value: &OutsideValue) -> bool {
        let mut loose = self.loose.iter();
        self.held.is_some_and(|held| held.value == value.value)
            || loose.any(|loose| loose.value.as_ref() == Some(&value.value))
    }
}

async fn look_into(
    outside: &dyn OutsideStore,
    place: OutsidePlace,
    known: Option<KnownSecret>,
) -> Result<Seen, ConnectionError> {
    let values = outside.values(place.credential, &place.name).await?;
    Ok(Seen {
        place,
        values,
        known,
    })
}
