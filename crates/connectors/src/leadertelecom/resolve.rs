//! Addresses of the API's host: by the resolver that the program brings, else by the operating system's.

use std::{io, net::SocketAddr, sync::Arc};

use ca::connector::Resolver;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

/// The program's resolver, for the HTTP client.
pub(super) struct Names(pub(super) Arc<dyn Resolver>);

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = Arc::clone(&self.0);
        Box::pin(async move {
            let found = resolver.addresses(name.as_str()).await?;
            // The client puts the port of the URL in the place of 0.
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

/// The addresses of a host.
pub(super) async fn addresses(
    resolver: Option<&Arc<dyn Resolver>>,
    host: &str,
    port: u16,
) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    match resolver {
        Some(resolver) => {
            let found = resolver.addresses(host).await?;
            Ok(found
                .into_iter()
                .map(|address| SocketAddr::new(address, port))
                .collect())
        }
        None => lookup_host((host, port)).await.map(Iterator::collect),
    }
}
