//! Who may pass through which route. A route that is not listed lets nobody in.

use std::collections::BTreeMap;

/// The kind of caller that a route admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Anybody.
    Open,
    /// A WeChat user whom OAuth has named, bound to a customer or not.
    Visitor,
    /// A bound bank customer.
    Customer,
    /// A member of staff who holds this permission.
    Staff(&'static str),
    /// Any member of staff who is logged in.
    AnyStaff,
}

/// The doors of one router, by method and route pattern.
#[derive(Clone, Debug, Default)]
pub struct Doors(BTreeMap<(String, &'static str), Door>);

impl Doors {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn open(self, method: &'static str, path: &'static str) -> Self {
        self.add(method, path, Door::Open)
    }

    #[must_use]
    pub fn visitor(self, method: &'static str, path: &'static str) -> Self {
        self.add(method, path, Door::Visitor)
    }

    #[must_use]
    pub fn customer(self, method: &'static str, path: &'static str) -> Self {
        self.add(method, path, Door::Customer)
    }

    #[must_use]
    pub fn staff(self, method: &'static str, path: &'static str, permission: &'static str) -> Self {
        self.add(method, path, Door::Staff(permission))
    }

    #[must_use]
    pub fn any_staff(self, method: &'static str, path: &'static str) -> Self {
        self.add(method, path, Door::AnyStaff)
    }

    /// Joins the doors of two routers.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The door of a matched route; a HEAD request goes where GET goes.
    pub fn of(&self, method: &str, path: &str) -> Option<Door> {
        let method = if method == "HEAD" { "GET" } else { method };
        self.0
            .iter()
            .find(|((m, p), _)| m == method && *p == path)
            .map(|(_, door)| *door)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &'static str, Door)> {
        self.0
            .iter()
            .map(|((method, path), door)| (method.as_str(), *path, *door))
    }

    fn add(mut self, method: &'static str, path: &'static str, door: Door) -> Self {
        self.0.insert((method.to_owned(), path), door);
        self
    }
}
