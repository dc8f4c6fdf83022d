use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Deserializer, de};

/// A point in time: an RFC 3339 time, or a day, whose beginning in UTC is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub DateTime<Utc>);

impl FromStr for Moment {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let day = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d");
        match DateTime::parse_from_rfc3339(text) {
            Ok(time) => Ok(Self(time.to_utc())),
            Err(_) => day(text).map(|day| Self(day.and_time(NaiveTime::MIN).and_utc())),
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_a_time_are_moments() {
        let time: Moment = "2027-05-01T02:00:00+02:00".parse().unwrap();
        assert_eq!("2027-05-01".parse::<Moment>().unwrap(), time);
        for bad in ["", "tomorrow", "2027-13-01", "2027-05-01T02:00:00"] {
            assert!(bad.parse::<Moment>().is_err(), "{bad}");
        }
    }
}
