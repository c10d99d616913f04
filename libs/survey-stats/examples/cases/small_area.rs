//! Small areas.

use crate::eval::{Args, Interp};
use crate::value::{Env, Res, V};

pub fn call(_it: &Interp, _n: &str, _a: &Args, _env: &Env) -> Res<Option<V>> {
    Ok(None)
}
