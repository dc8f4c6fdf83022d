use super::{
    filter::{Filter, Filtered},
    model::{Listing, Page},
};
use crate::google::status::Status;

/// How many are answered when nobody says: "the server decides".
pub(super) const DEFAULT_SIZE: usize = 100;
/// "If the number is greater than 25000, it is capped at 25000": `ListSecretsRequest.page_size`.
const MOST: usize = 25_000;
/// How a page token begins. What follows is the place below which the page starts.
const TOKEN: &str = "page-";

/// Takes one page of what lies below a place, newest first.
pub(super) fn page<'a, T, I>(
    below: impl FnOnce(u64) -> I,
    total: usize,
    listing: &Listing,
    default_size: usize,
) -> Result<Page<T>, Status>
where
    T: Filtered + Clone + 'a,
    I: Iterator<Item = (u64, &'a T)>,
{
    let filter = Filter::parse::<T>(&listing.filter)?;
    let size = match listing.page_size {
        0 => default_size,
        size => usize::try_from(size)
            .map_err(|_| Status::invalid("Field [page_size] must not be negative."))?
            .min(MOST),
    };
    let start = match listing.page_token.as_str() {
        "" => u64::MAX,
        token => token
            .strip_prefix(TOKEN)
            .and_then(|place| u64::from_str_radix(place, 16).ok())
            .ok_or_else(|| Status::invalid("Field [page_token] is invalid."))?,
    };
    let mut matching = below(start)
        .filter(|(_, item)| filter.admits(*item))
        .peekable();
    let mut items = Vec::new();
    let mut last = start;
    while items.len() < size
        && let Some((place, item)) = matching.next()
    {
        items.push(item.clone());
        last = place;
    }
    Ok(Page {
        items,
        next: matching.peek().map(|_| format!("{TOKEN}{last:x}")),
        total: if filter.is_empty() { total } else { 0 },
    })
}
