//! Amounts that a row holds as minor units and a currency, both empty or both set.

/// Gives a record a method that reads an optional amount and one that sets it.
macro_rules! amounts {
    ($record:ident: $($(#[$doc:meta])* $read:ident, $set:ident, $minor:ident, $currency:ident;)*) => {
        impl $record {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $read(&self) -> Option<domain::Money> {
                    let (minor, currency) = self.$minor.zip(self.$currency)?;
                    Some(domain::Money::from_minor(minor, currency))
                }

                $(#[$doc])*
                ///
                /// # Errors
                /// [`domain::money::MoneyError::TooLarge`] beyond 64 bits of minor units.
                pub fn $set(&mut self, amount: Option<domain::Money>) -> std::result::Result<(), domain::money::MoneyError> {
                    self.$minor = amount.map(|amount| amount.minor()).transpose()?;
                    self.$currency = amount.map(|amount| amount.currency());
                    Ok(())
                }
            )*
        }
    };
}
pub(crate) use amounts;
