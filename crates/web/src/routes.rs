//! Routes with whom they are for. The list of them is what the tests of authorisation walk through, so that no route
//! can be added without being tried as a guest, as a client and as staff.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{get, post},
};
use httpkit::AppState;

/// Whom a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody, signed in or not.
    Everybody,
    /// Users in a client's account.
    Client,
    /// Everybody of the seller's company.
    Staff,
    /// Administrators of the seller's company; other staff learn that they may not.
    Administrator,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// GET or POST: pages need no other.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// Whom it is for.
    pub audience: Audience,
}

/// A router that remembers what was added to it.
#[derive(Default)]
pub struct Routes {
    router: Router<AppState>,
    list: Vec<Route>,
    audience: Option<Audience>,
}

impl Routes {
    /// No route yet, for this audience.
    #[must_use]
    pub fn of(audience: Audience) -> Self {
        Self {
            audience: Some(audience),
            ..Self::default()
        }
    }

    /// Adds a page.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.add(Method::GET, path, get(handler))
    }

    /// Adds what a form is sent to.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.add(Method::POST, path, post(handler))
    }

    /// Adds all routes of another.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.list.extend(other.list);
        self
    }

    /// The routes, in the order they were added.
    #[must_use]
    pub fn list(&self) -> &[Route] {
        &self.list
    }

    /// The router.
    pub fn into_router(self) -> Router<AppState> {
        self.router
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        handler: axum::routing::MethodRouter<AppState>,
    ) -> Self {
        self.router = self.router.route(path, handler);
        let audience = self.audience.unwrap_or(Audience::Staff);
        self.list.push(Route {
            method,
            path,
            audience,
        });
        self
    }
}
