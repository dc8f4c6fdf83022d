//! Times on the wire.

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Serialize, Serializer};

/// A time as RFC 3339 writes it, in UTC, to the second, millisecond or microsecond, whichever is enough.
///
/// The same text that chrono makes, several times as fast: a page of the list holds some sixty times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time(DateTime<Utc>);

impl From<DateTime<Utc>> for Time {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const SHAPE: &[u8; 27] = b"0000-00-00T00:00:00.000000Z";
        const SECONDS: usize = 19;
        const MILLIS: usize = 23;
        const MICROS: usize = 26;

        let time = self.0;
        let year = u32::try_from(time.year()).unwrap_or(u32::MAX);
        let (micros, rest) = (time.nanosecond() / 1_000, time.nanosecond() % 1_000);
        if year > 9_999 || rest != 0 || micros >= 1_000_000 {
            return time.serialize(serializer);
        }
        let mut text = *SHAPE;
        put(&mut text[0..4], year);
        put(&mut text[5..7], time.month());
        put(&mut text[8..10], time.day());
        put(&mut text[11..13], time.hour());
        put(&mut text[14..16], time.minute());
        put(&mut text[17..SECONDS], time.second());
        put(&mut text[20..MICROS], micros);
        let end = match micros {
            0 => SECONDS,
            _ if micros.is_multiple_of(1_000) => MILLIS,
            _ => MICROS,
        };
        text[end] = b'Z';
        let text = std::str::from_utf8(&text[..=end]).expect("digits are ASCII");
        serializer.serialize_str(text)
    }
}

/// Writes a number over zeros, its last digit over the last of them.
fn put(zeros: &mut [u8], mut number: u32) {
    for digit in zeros.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).expect("a digit is below ten");
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_look_as_chrono_writes_them() {
        for (seconds, nanos) in [
            (0, 0),
            (1_795_435_200, 0),
            (1_795_435_200, 500_000_000),
            (1_795_435_200, 123_456_000),
            (1_795_435_200, 7_000),
            (1_709_164_799, 999_999_000),
            (1_795_435_200, 123_456_789),
            (1_483_228_799, 1_500_000_000), // a leap second
            (-62_135_596_801, 0),           // the year 0
            (-62_167_219_201, 0),           // the year before that
            (253_402_300_799, 999_000_000),
            (253_402_300_800, 0), // the year 10000
        ] {
            let time = DateTime::from_timestamp(seconds, nanos).unwrap();
            assert_eq!(
                serde_json::to_string(&Time(time)).unwrap(),
                serde_json::to_string(&time).unwrap()
            );
        }
    }
}
