//! The filters of lists: <https://cloud.google.com/secret-manager/docs/filtering>, a part of the language of
//! <https://google.aip.dev/160>, in which OR binds closer than AND. What is no filter, or names a field that is not
//! there, is refused.

use chrono::DateTime;

use crate::google::status::Status;

/// What a list holds.
pub(super) trait Filtered {
    /// The fields that may be asked for. One that ends in a dot is a map: a key follows.
    const FIELDS: &'static [&'static str];

    /// The values of a field; none when it is not set.
    fn values(&self, field: &str) -> Vec<String>;
}

/// A parsed filter; an empty one admits everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter(Option<Expression>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Term {
        field: String,
        operator: &'static str,
        value: String,
    },
}

/// Longer ones first.
const OPERATORS: [&str; 7] = ["!=", "<=", ">=", ":", "=", "<", ">"];

impl Filter {
    pub(super) fn parse<T: Filtered>(text: &str) -> Result<Self, Status> {
        if text.trim().is_empty() {
            return Ok(Self(None));
        }
        let mut parser = Parser { rest: text };
        let parsed = parser
            .all(T::FIELDS)
            .filter(|_| parser.rest.trim().is_empty());
        match parsed {
            Some(expression) => Ok(Self(Some(expression))),
            None => Err(Status::invalid("Field [filter] is not a valid filter.")),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn admits(&self, item: &impl Filtered) -> bool {
        self.0
            .as_ref()
            .is_none_or(|expression| expression.admits(item))
    }
}

impl Expression {
    fn admits(&self, item: &impl Filtered) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.admits(item)),
            Self::Any(parts) => parts.iter().any(|part| part.admits(item)),
            Self::Not(part) => !part.admits(item),
            Self::Term {
                field,
                operator,
                value,
            } => {
                let values = item.values(field);
                if *operator == "!=" {
                    return values.iter().all(|one| one != value);
                }
                values.iter().any(|one| compare(one, operator, value))
            }
        }
    }
}

fn compare(one: &str, operator: &str, value: &str) -> bool {
    match operator {
        ":" if value == "*" => true,
        ":" => one.contains(value),
        "=" => one == value,
        _ => {
            let times = DateTime::parse_from_rfc3339(one).ok();
            let order = times.zip(DateTime::parse_from_rfc3339(value).ok());
            let order = order.map_or_else(|| one.cmp(value), |(one, value)| one.cmp(&value));
            match operator {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                _ => order.is_ge(),
            }
        }
    }
}

/// Takes a filter apart from its beginning on.
struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start();
        let after = rest.strip_prefix(token);
        // A word ends where the next one cannot go on.
        let is_word = token.ends_with(|last: char| last.is_ascii_alphabetic());
        match after {
            Some(rest) if !is_word || rest.starts_with([' ', '(']) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn all(&mut self, fields: &[&str]) -> Option<Expression> {
        let mut parts = vec![self.any(fields)?];
        loop {
            let rest = self.rest.trim_start();
            let is_joined = self.take("AND");
            // Terms beside each other must all hold, too.
            if !is_joined && (rest.is_empty() || rest.starts_with(')')) {
                return Some(Expression::All(parts));
            }
            parts.push(self.any(fields)?);
        }
    }

    fn any(&mut self, fields: &[&str]) -> Option<Expression> {
        let mut parts = vec![self.one(fields)?];
        while self.take("OR") {
            parts.push(self.one(fields)?);
        }
        Some(Expression::Any(parts))
    }

    fn one(&mut self, fields: &[&str]) -> Option<Expression> {
        if self.take("NOT") || self.take("-") {
            return Some(Expression::Not(Box::new(self.one(fields)?)));
        }
        if self.take("(") {
            let inner = self.all(fields)?;
            return self.take(")").then_some(inner);
        }
        let field = self.word(|one| one.is_alphanumeric() || "_-.".contains(one))?;
        let is_known = fields.iter().any(|known| match known.strip_suffix('.') {
            Some(map) => {
                let key = field
                    .strip_prefix(map)
                    .and_then(|key| key.strip_prefix('.'));
                key.is_some_and(|key| !key.is_empty())
            }
            None => *known == field,
        });
        if !is_known {
            return None;
        }
        let operator = OPERATORS.into_iter().find(|operator| self.take(operator))?;
        Some(Expression::Term {
            field: field.to_owned(),
            operator,
            value: self.value()?,
        })
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let end = rest.find(|one| !belongs(one)).unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn value(&mut self) -> Option<String> {
        for quote in ["\"", "'"] {
            if self.take(quote) {
                let (value, rest) = self.rest.split_once(quote)?;
                self.rest = rest;
                return Some(value.to_owned());
            }
        }
        let ends = |one: char| one.is_whitespace() || "()\"'".contains(one);
        self.word(|one| !ends(one)).map(ToOwned::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Item;

    impl Filtered for Item {
        const FIELDS: &'static [&'static str] = &["name", "create_time", "expire_time", "labels."];

        fn values(&self, field: &str) -> Vec<String> {
            match field {
                "name" => vec!["projects/7/secrets/asecret".to_owned()],
                "create_time" => vec!["2026-11-23T12:00:00.5Z".to_owned()],
                "labels.environment" => vec!["production".to_owned()],
                _ => Vec::new(),
            }
        }
    }

    #[test]
    fn a_filter_admits_what_it_says() {
        for (text, admits) in [
            ("", true),
            ("name:asecret", true),
            ("name:asecret OR name:bsecret", true),
            ("name:bsecret OR name:csecret", false),
            ("labels.environment=production", true),
            ("labels.environment = \"production\"", true),
            ("labels.environment=prod", false),
            ("labels.environment!=prod", true),
            ("labels.environment:*", true),
            ("labels.other:*", false),
            ("NOT labels.other:*", true),
            ("-name:asecret", false),
            (
                "create_time>2026-11-23T12:00:00Z AND create_time<2026-11-23T14:00:01+02:00",
                true,
            ),
            ("create_time<=2026-11-23T12:00:00Z", false),
            (
                "name:asecret AND (labels.other:a OR labels.environment:prod)",
                true,
            ),
            // OR binds closer than AND.
            ("name:zzz AND name:asecret OR name:asecret", false),
            ("name:asecret labels.environment=production", true),
            ("expire_time:*", false),
        ] {
            let filter = Filter::parse::<Item>(text).unwrap();
            assert_eq!(filter.admits(&Item), admits, "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for text in [
            "asecret",
            "name",
            "name:",
            "nickname:a",
            "labels:a",
            "labels.:a",
            "name~a",
            "(name:a",
            "name:a)",
            "name:a OR",
            "NOT",
            "name:a AND AND name:b",
            "name:\"a",
        ] {
            assert!(Filter::parse::<Item>(text).is_err(), "{text}");
        }
    }
}
