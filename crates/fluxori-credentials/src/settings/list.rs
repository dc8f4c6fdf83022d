use std::{net::SocketAddr, str::FromStr};

use serde::{Deserialize, Deserializer, de};

/// Several values: separated by commas in the environment, an array of texts in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List<T = String>(pub Vec<T>);

impl<'de, T: FromStr> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Array(Vec<String>),
            Text(String),
        }
        let parse = |item: &str| T::from_str(item).map_err(|_| de::Error::custom("bad item"));
        let items: Result<_, _> = match Written::deserialize(deserializer)? {
            Written::Array(items) => items.iter().map(|item| parse(item)).collect(),
            Written::Text(text) => parts(&text).map(parse).collect(),
        };
        items.map(Self)
    }
}

/// Addresses to listen on. The word `none` stands for an empty list, which cannot be written in the environment otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addresses(pub Vec<SocketAddr>);

impl<'de> Deserialize<'de> for Addresses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = List::<String>::deserialize(deserializer)?.0;
        if texts == ["none"] {
            return Ok(Self::default());
        }
        let addresses: Result<_, _> = texts.iter().map(|text| text.parse()).collect();
        addresses
            .map(Self)
            .map_err(|_| de::Error::custom("bad item"))
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}
