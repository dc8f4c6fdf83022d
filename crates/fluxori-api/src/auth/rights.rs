//! What a route asks for, and what who has less is told.

use std::rc::Rc;

use actix_web::http::Method;
use fluxori_domain::{Reach, Right, Roles};

use crate::problem::{Problem, ProblemKind};

/// What a caller needs for one method of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Need {
    /// The right.
    pub(crate) right: Right,
    /// How far it must reach at least.
    pub(crate) reach: Reach,
}

/// What is needed for each method of one address. Attached to the address in the table of routes.
#[derive(Debug, Clone)]
pub(crate) struct Needs(pub(crate) Rc<[(Method, Need)]>);

impl Needs {
    /// For this method; `None` when the address does not take it.
    pub(super) fn of(&self, method: &Method) -> Option<Need> {
        let asked = match *method {
            Method::HEAD => &Method::GET,
            _ => method,
        };
        let mut needs = self.0.iter();
        needs.find_map(|(known, need)| (known == asked).then_some(*need))
    }
}

impl Need {
    /// How far the roles reach by the right.
    ///
    /// # Errors
    /// What to tell who has less than this.
    pub(super) fn reach(self, roles: Roles) -> Result<Reach, Problem> {
        match roles.reach(self.right) {
            Some(reach) if reach >= self.reach => Ok(reach),
            less => Err(Problem::new(
                ProblemKind::Forbidden,
                self.refusal(roles, less),
            )),
        }
    }

    /// What to tell somebody with these roles, who reaches less far.
    fn refusal(self, roles: Roles, less: Option<Reach>) -> &'static str {
        match (self.right, less) {
            (Right::Audit, Some(_)) => {
                "Only auditors and administrators of the organization read what happened to other people's connections."
            }
            (Right::See | Right::Change, Some(_)) => {
                "Only administrators of the organization have other people's connections in hand."
            }
            (Right::Change, None) if roles.gives(Right::See) => {
                "Your role may look at connections, not change them."
            }
            (Right::See | Right::Change, None) if roles.gives(Right::Audit) => {
                "Your role reads events, and nothing else: GET /api/events and GET /api/connections/{id}/events."
            }
            (_, None) => {
                "Your role is for programs that read credentials through the library; it has no use here. Send a token of a person."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use fluxori_domain::Role;

    use super::*;

    #[test]
    fn who_may_not_is_told_why() {
        let refused = |right, reach, role: Role| {
            let need = Need { right, reach };
            need.reach(Roles::of([role])).unwrap_err();
            need.refusal(Roles::of([role]), role.reach(right))
        };
        let own = Reach::Own;
        assert!(refused(Right::Change, own, Role::ReadOnly).contains("look at connections"));
        assert!(refused(Right::See, own, Role::Auditor).contains("reads events"));
        assert!(refused(Right::Audit, own, Role::Service).contains("library"));
        let all = Reach::Organization;
        assert!(refused(Right::Audit, all, Role::Member).contains("auditors"));
        assert!(refused(Right::See, all, Role::ReadOnly).contains("administrators"));
    }

    #[test]
    fn a_head_needs_what_its_get_needs() {
        let need = Need {
            right: Right::See,
            reach: Reach::Own,
        };
        let needs = Needs([(Method::GET, need)].into());
        assert_eq!(needs.of(&Method::HEAD), Some(need));
        assert_eq!(needs.of(&Method::PUT), None);
    }
}
