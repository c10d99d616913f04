//! An empty place on a server, for as long as a test needs it.

use kernel::{Rng, SystemRng};

use crate::postgres::Session;
use crate::{Error, Target};

/// A new, empty schema of its own, which stands for a database and is made a hundred times as
/// fast; dropped with this value, after whatever opened it was closed.
pub struct Scratch {
    server: Session,
    name: String,
    target: Target,
}

impl Scratch {
    /// Creates it in the database at `address`, whose user may create schemas.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub fn create(address: &str) -> Result<Self, Error> {
        let mut server = Session::new(address, false)?;
        let name = format!("scratch_{}", SystemRng.token().split_at(24).0);
        server.connect()?;
        server.script(&format!("create schema {name}"))?;
        Ok(Self { server, target: Target::Postgres(schema_at(address, &name)), name })
    }

    /// What to open.
    pub const fn target(&self) -> &Target {
        &self.target
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = self.server.script(&format!("drop schema {} cascade", self.name)) {
            tracing::warn!(%error, name = self.name, "a scratch schema stays behind");
        }
    }
}

/// The address with the schema as the place of all tables, and as the name that the server lists.
fn schema_at(address: &str, name: &str) -> String {
    if !address.contains("://") {
        return format!("{address} options='-c search_path={name}' application_name={name}");
    }
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}options=-c%20search_path%3D{name}&application_name={name}")
}

#[cfg(test)]
mod tests {
    use super::schema_at;

    #[test]
    fn an_address_in_either_form_is_led_to_the_schema() {
        let url = schema_at("postgres://u@h:5/postgres?a=b", "x");
        assert_eq!(url, "postgres://u@h:5/postgres?a=b&options=-c%20search_path%3Dx&application_name=x");
        let words = schema_at("host=/run user=u", "x");
        assert_eq!(words, "host=/run user=u options='-c search_path=x' application_name=x");
    }
}
