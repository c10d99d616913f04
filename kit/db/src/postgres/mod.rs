//! The server database: one connection with its statements and errors.

use kernel::stored::Val;

use crate::{Error, Row};

pub(crate) struct Session {}

impl Session {
    pub fn query(&mut self, _sql: &str, _params: &[Val]) -> Result<Vec<Row>, Error> {
        Err(Error::Closed)
    }
    pub fn execute(&mut self, _sql: &str, _params: &[Val]) -> Result<u64, Error> {
        Err(Error::Closed)
    }
    pub fn script(&mut self, _sql: &str) -> Result<(), Error> {
        Err(Error::Closed)
    }
}
