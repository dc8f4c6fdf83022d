use crate::text::named_enum;

named_enum!(
    /// How a credential came to us, which decides what can be done with it.
    AuthType, "an authentication type" {
        /// A static key that the seller copied from the marketplace (Takealot).
        ApiKey = "api_key",
        /// Tokens from a consent given in the browser, or a token set pasted from one.
        OAuth = "oauth",
        /// A refresh token that the seller generated for a private application (Amazon).
        SelfAuthorised = "self_authorised",
        /// A static token of a custom application made in the shop's own admin (Shopify).
        CustomAppToken = "custom_app_token",
    }
);
