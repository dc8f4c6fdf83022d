//! Texts with a length and an alphabet, checked where they enter.

/// Why a text was refused. Never quotes the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidText {
    /// The text has fewer or more characters than allowed.
    #[error("{what} must have {min} to {max} characters")]
    Length {
        /// The name of the value, as a person would say it.
        what: &'static str,
        /// Fewest characters.
        min: usize,
        /// Most characters.
        max: usize,
    },
    /// The text holds a character outside its alphabet.
    #[error("{what} must {rule}")]
    Alphabet {
        /// The name of the value, as a person would say it.
        what: &'static str,
        /// The rule, as the end of a sentence beginning with "must".
        rule: &'static str,
    },
}

/// Checks the number of characters and refuses control characters.
pub(crate) fn check_printable(
    what: &'static str,
    text: &str,
    min: usize,
    max: usize,
) -> Result<(), InvalidText> {
    let count = text.chars().count();
    if count < min || count > max {
        return Err(InvalidText::Length { what, min, max });
    }
    if text.chars().any(char::is_control) {
        return Err(InvalidText::Alphabet {
            what,
            rule: "not contain control characters",
        });
    }
    Ok(())
}

/// A newtype over `String` whose only constructor checks it.
///
/// Serialises as the bare text and is checked again when deserialised.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks `text` and wraps it.
            ///
            /// # Errors
            /// [`InvalidText`](crate::InvalidText) when the text breaks the rule of this type.
            pub fn new(text: impl Into<String>) -> Result<Self, crate::InvalidText> {
                let text = text.into();
                let check: fn(&str) -> Result<(), crate::InvalidText> = $check;
                check(&text)?;
                Ok(Self(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::InvalidText;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::InvalidText;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use checked_text;

/// An enum whose variants have one fixed name each, in the database, in JSON and in messages.
macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The fixed name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::InvalidText;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(crate::InvalidText::Alphabet {
                        what: $what,
                        rule: concat!("be one of", $(" ", $text),+),
                    }),
                }
            }
        }
    };
}
pub(crate) use named_enum;
