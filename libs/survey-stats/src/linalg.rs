//! The few matrix tools that the methods share, over `nalgebra`.

use crate::error::{Error, Result};
use nalgebra::{DMatrix, DVector};

/// Columns of equal length as a matrix.
pub fn from_columns(columns: &[Vec<f64>]) -> DMatrix<f64> {
    let n = columns.first().map_or(0, Vec::len);
    DMatrix::from_fn(n, columns.len(), |i, j| columns[j][i])
}

/// Solves a symmetric positive definite system; the error names the matrix.
pub fn solve_spd(a: &DMatrix<f64>, b: &DMatrix<f64>, what: &'static str) -> Result<DMatrix<f64>> {
    match a.clone().cholesky() {
        Some(c) => Ok(c.solve(b)),
        None => Err(Error::NotPositiveDefinite { what }),
    }
}

/// Inverse of a symmetric positive definite matrix.
pub fn inverse_spd(a: &DMatrix<f64>, what: &'static str) -> Result<DMatrix<f64>> {
    match a.clone().cholesky() {
        Some(c) => Ok(c.inverse()),
        None => Err(Error::NotPositiveDefinite { what }),
    }
}

/// Inverse of a general square matrix.
pub fn inverse(a: &DMatrix<f64>, what: &'static str) -> Result<DMatrix<f64>> {
    a.clone().try_inverse().ok_or(Error::Singular { what })
}

/// Moore-Penrose inverse; singular values below `tolerance` times the largest count as zero.
pub fn pseudo_inverse(a: &DMatrix<f64>, tolerance: f64) -> DMatrix<f64> {
    let svd = a.clone().svd(true, true);
    let largest = svd.singular_values.iter().fold(0.0_f64, |m, s| m.max(*s));
    let (Some(u), Some(vt)) = (svd.u, svd.v_t) else {
        return DMatrix::zeros(a.ncols(), a.nrows());
    };
    let d = svd.singular_values.map(|s| if s > tolerance * largest { 1.0 / s } else { 0.0 });
    vt.transpose() * DMatrix::from_diagonal(&d) * u.transpose()
}

/// An orthonormal basis of the column space; columns that depend on earlier ones are left out.
///
/// Gram-Schmidt with reorthogonalisation: a column counts as dependent when less than `1e-7` of its
/// length is left, the customary tolerance of regression software.
pub fn basis(x: &DMatrix<f64>) -> DMatrix<f64> {
    basis_with(x, 1e-7)
}

/// As [`basis`], with another tolerance.
pub fn basis_with(x: &DMatrix<f64>, tolerance: f64) -> DMatrix<f64> {
    let mut kept: Vec<DVector<f64>> = Vec::with_capacity(x.ncols());
    for j in 0..x.ncols() {
        let mut v: DVector<f64> = x.column(j).into_owned();
        let before = v.norm();
        for _ in 0..2 {
            for q in &kept {
                let c = q.dot(&v);
                v.axpy(-c, q, 1.0);
            }
        }
        let after = v.norm();
        if before > 0.0 && after > tolerance * before {
            kept.push(v / after);
        }
    }
    if kept.is_empty() { DMatrix::zeros(x.nrows(), 0) } else { DMatrix::from_columns(&kept) }
}

/// Removes from each column of `y` its projection on an orthonormal `q`.
pub fn residual(q: &DMatrix<f64>, y: &DMatrix<f64>) -> DMatrix<f64> {
    y - q * (q.transpose() * y)
}

/// Eigenvalues of a real matrix that is similar to a symmetric one, largest first.
///
/// `a` is `inverse(d) * v` with `d` symmetric positive definite and `v` symmetric.
pub fn generalised_eigenvalues(d: &DMatrix<f64>, v: &DMatrix<f64>, what: &'static str) -> Result<Vec<f64>> {
    let l = d.clone().cholesky().ok_or(Error::NotPositiveDefinite { what })?.l();
    let li = inverse(&l, what)?;
    let m = &li * v * li.transpose();
    let sym = (&m + m.transpose()) * 0.5;
    let mut e: Vec<f64> = sym.symmetric_eigenvalues().iter().copied().collect();
    e.sort_by(|a, b| b.total_cmp(a));
    Ok(e)
}
