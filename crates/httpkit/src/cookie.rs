//! Names and attributes of the cookies.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use crate::config::HttpConfig;

/// A cookie of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The token of the signed-in session.
    Session,
    /// The message that survives one redirect.
    Flash,
    /// The language chosen in the footer.
    Language,
}

impl Name {
    /// What it is called on the wire. `__Host-` ties it to this host over https (ASVS 3.3.1); browsers take that
    /// prefix over https only, so plain http on loopback uses the bare word.
    #[must_use]
    pub const fn on_wire(self, is_https: bool) -> &'static str {
        match (self, is_https) {
            (Self::Session, true) => "__Host-session",
            (Self::Session, false) => "session",
            (Self::Flash, true) => "__Host-flash",
            (Self::Flash, false) => "flash",
            (Self::Language, true) => "__Host-language",
            (Self::Language, false) => "language",
        }
    }

    /// Its value in the request.
    #[must_use]
    pub fn read(self, jar: &CookieJar, config: &HttpConfig) -> Option<String> {
        jar.get(self.on_wire(config.is_https()))
            .map(|cookie| cookie.value().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// The cookie to send. It ends with the browser unless it is the language, which stays a year.
    #[must_use]
    pub fn write(self, value: String, config: &HttpConfig) -> Cookie<'static> {
        let mut cookie = Cookie::build((self.on_wire(config.is_https()), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(config.is_https())
            .build();
        if self == Self::Language {
            cookie.make_permanent();
        }
        cookie
    }

    /// The cookie that takes it away.
    #[must_use]
    pub fn forget(self, config: &HttpConfig) -> Cookie<'static> {
        let mut cookie = self.write(String::new(), config);
        cookie.make_removal();
        cookie
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_every_cookie_is_bound_to_the_host_and_hidden_from_scripts() {
        let config = HttpConfig::new("https://ssl.example.com".parse().unwrap()).unwrap();
        let cookie = Name::Session.write("abc".into(), &config).to_string();
        assert_eq!(
            cookie,
            "__Host-session=abc; HttpOnly; SameSite=Lax; Secure; Path=/"
        );
    }

    #[test]
    fn on_loopback_without_https_the_plain_name_is_used() {
        let config = HttpConfig::new("http://127.0.0.1:8080".parse().unwrap()).unwrap();
        assert_eq!(
            Name::Session.write("abc".into(), &config).to_string(),
            "session=abc; HttpOnly; SameSite=Lax; Path=/"
        );
    }
}
