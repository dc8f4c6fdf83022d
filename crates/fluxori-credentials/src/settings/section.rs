//! A section of settings is declared once: the struct, the names, the defaults and the reference page follow from it.

/// What the reference page says about one setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingDoc {
    /// Its name in the environment.
    pub name: &'static str,
    /// Whether it must be set, or what it is otherwise.
    pub presence: Presence,
    /// Whether its value is a secret, which may also come from the file that `NAME_FILE` names.
    pub secret: bool,
    /// The lines of its documentation.
    pub doc: &'static [&'static str],
}

/// What happens when a setting is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The program refuses to start.
    Required,
    /// What it is for is off.
    Optional,
    /// This text stands in for it.
    Default(&'static str),
}

/// What the reference page says about one section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// The heading.
    pub title: &'static str,
    /// The lines below the heading.
    pub doc: &'static [&'static str],
    /// Its settings.
    pub settings: &'static [SettingDoc],
}

macro_rules! section {
    (
        $(#[doc = $doc:literal])+
        $name:ident, $title:literal {
            $(
                $(#[doc = $setting_doc:literal])+
                $env:ident => $field:ident: $ty:ty, $presence:tt $(, $secret:ident)?;
            )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub struct $name {
            $(
                $(#[doc = $setting_doc])+
                #[doc = ""]
                #[doc = concat!("In the environment: `", stringify!($env), "`.")]
                pub $field: section!(@type $ty, $presence),
            )+
        }

        impl $name {
            /// What the reference page says.
            pub const SECTION: $crate::settings::Section = $crate::settings::Section {
                title: $title,
                doc: &[$($doc),+],
                settings: &[$($crate::settings::SettingDoc {
                    name: stringify!($env),
                    presence: section!(@presence $presence),
                    secret: section!(@secret $($secret)?),
                    doc: &[$($setting_doc),+],
                }),+],
            };

            /// Takes the section out of the values.
            ///
            /// # Errors
            /// [`SettingsError`](crate::SettingsError), naming the setting and what to do.
            pub fn load(
                values: &$crate::settings::Values,
            ) -> Result<Self, $crate::settings::SettingsError> {
                Ok(Self { $($field: section!(@load values, $env, $ty, $presence),)+ })
            }
        }
    };
    (@type $ty:ty, optional) => { Option<$ty> };
    (@type $ty:ty, $presence:tt) => { $ty };
    (@presence required) => { $crate::settings::Presence::Required };
    (@presence optional) => { $crate::settings::Presence::Optional };
    (@presence $default:literal) => { $crate::settings::Presence::Default($default) };
    (@secret) => { false };
    (@secret secret) => { true };
    (@load $values:ident, $env:ident, $ty:ty, required) => {
        $values.required::<$ty>(stringify!($env))?
    };
    (@load $values:ident, $env:ident, $ty:ty, optional) => {
        $values.optional::<$ty>(stringify!($env))?
    };
    (@load $values:ident, $env:ident, $ty:ty, $default:literal) => {
        $values.with_default::<$ty>(stringify!($env), $default)?
    };
}
pub(crate) use section;
