use std::{collections::BTreeMap, io::Write};

use fluxori_credentials::{
    ApiSection, JwtSection, LogSection, ObservationSection, Settings, SettingsError, Values,
};

use crate::silence::{assert_silent, assert_silent_error};

/// A settings file: understood, or refused with the name of a setting and without any value.
pub fn settings_file(input: &[u8]) {
    // A setting may name another file to read, which is not what is tried here.
    if input
        .windows(5)
        .any(|part| part.eq_ignore_ascii_case(b"_file"))
    {
        return;
    }
    let mut file = tempfile::NamedTempFile::new().expect("there is room for a file");
    file.write_all(input).expect("there is room for a file");
    let values = match Values::read(&BTreeMap::new(), Some(file.path())) {
        Ok(values) => values,
        // The name of what is unknown is shown, for it has to be found.
        Err(SettingsError::UnknownKey { .. }) => return,
        Err(error) => return assert_silent_error(&error),
    };
    assert_silent(&format!("{values:?}"));
    let error = [
        Settings::load(&values).err(),
        ApiSection::load(&values).err(),
        JwtSection::load(&values).err(),
        LogSection::load(&values).err(),
        ObservationSection::load(&values).err(),
    ];
    error.iter().flatten().for_each(assert_silent_error);
}
