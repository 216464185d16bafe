//! Addresses of hosts by a resolver of our own: a static executable has none of the C library's.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
};

use async_trait::async_trait;
use ca::connector::Resolver;
use hickory_resolver::{TokioResolver, net::runtime::TokioRuntimeProvider};
use tokio::sync::OnceCell;

/// Reads `/etc/resolv.conf` and `/etc/hosts` at the first name.
#[derive(Default)]
pub(crate) struct Names(OnceCell<TokioResolver>);

#[async_trait]
impl Resolver for Names {
    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse() {
            return Ok(vec![address]);
        }
        if host == "localhost" {
            return Ok(vec![Ipv4Addr::LOCALHOST.into()]);
        }
        let resolver = self
            .0
            .get_or_try_init(|| async {
                let builder =
                    TokioResolver::builder(TokioRuntimeProvider::default()).map_err(io::Error::other)?;
                builder.build().map_err(io::Error::other)
            })
            .await?;
        let found = resolver.lookup_ip(host).await.map_err(io::Error::other)?;
        Ok(found.iter().collect())
    }
}

#[async_trait]
impl billmanager::database::Names for Names {
    async fn address(&self, host: &str) -> io::Result<IpAddr> {
        let found = self.addresses(host).await?;
        found
            .into_iter()
            .next()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}
