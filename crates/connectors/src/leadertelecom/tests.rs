//! The wire client against small servers that misbehave in one way each.
