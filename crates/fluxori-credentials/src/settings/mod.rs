//! Settings: one name each, upper case in the environment, lower case in the file.

mod addresses;
mod audit_reads;
mod cache_mode;
mod error;
mod list;
mod moment;
mod reference;
mod section;
mod sections;
mod sign_in;
mod values;

pub use audit_reads::AuditReadsMode;
pub use cache_mode::CredentialCacheMode;
pub use error::SettingsError;
pub use list::{Addresses, List};
pub use moment::Moment;
pub use reference::configuration_reference;
pub use section::{Presence, Section, SettingDoc};
pub use sections::{
    AmazonSection, ApiSection, ConsentSection, DatabaseSection, GoogleSection, JwtSection,
    LogSection, ObservationSection, ProtectionSection, SecretSection, ServiceSection,
    ShopifySection, SignInSection, TakealotSection, XeroSection,
};
pub use values::Values;

/// Everything that reading credentials needs.
#[derive(Debug)]
pub struct Settings {
    /// The program itself.
    pub service: ServiceSection,
    /// Where connections are kept.
    pub database: DatabaseSection,
    /// Threads that read over a connection of their own ([`Wiring::read_here`](crate::Wiring::read_here)); the server has some.
    pub own_readers: u32,
    /// What protects the secrets.
    pub secrets: SecretSection,
    /// Google Cloud.
    pub google: GoogleSection,
    /// Where sellers come back to.
    pub consent: ConsentSection,
    /// How people sign in to the page.
    pub sign_in: SignInSection,
    /// Takealot.
    pub takealot: TakealotSection,
    /// Amazon.
    pub amazon: AmazonSection,
    /// Shopify.
    pub shopify: ShopifySection,
    /// Xero.
    pub xero: XeroSection,
}

impl Settings {
    /// Reads the environment, and the file that `FLUXORI_CONFIG` names, if it names one.
    ///
    /// # Errors
    /// [`SettingsError`], naming the setting and what to do.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::load(&Values::from_env()?)
    }

    /// Takes the settings out of values that were read before.
    ///
    /// # Errors
    /// [`SettingsError`], naming the setting and what to do.
    pub fn load(values: &Values) -> Result<Self, SettingsError> {
        let consent = ConsentSection::load(values)?;
        addresses::check(&consent)?;
        let sign_in = SignInSection::load(values)?;
        sign_in.check(&consent)?;
        Ok(Self {
            consent,
            sign_in,
            service: ServiceSection::load(values)?,
            database: DatabaseSection::load(values)?,
            own_readers: 0,
            secrets: SecretSection::load(values)?,
            google: GoogleSection::load(values)?,
            takealot: TakealotSection::load(values)?,
            amazon: AmazonSection::load(values)?,
            shopify: ShopifySection::load(values)?,
            xero: XeroSection::load(values)?,
        })
    }
}
