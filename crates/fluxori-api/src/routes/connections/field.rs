//! Collecting what is wrong with a request.

use fluxori_domain::FieldProblem;

/// Most fields of a form; no marketplace asks for nearly as many.
pub(super) const MOST_FIELDS: usize = 32;

/// The value, or nothing and one more problem.
pub(super) fn field<T, E: std::fmt::Display>(
    errors: &mut Vec<FieldProblem>,
    name: &str,
    value: Result<T, E>,
) -> Option<T> {
    value
        .map_err(|error| errors.push(wrong(name, &error.to_string())))
        .ok()
}

pub(super) fn wrong(field: &str, message: &str) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}
