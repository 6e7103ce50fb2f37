//! Every SQL statement of outreach. What messages say arrives and leaves sealed.

pub(crate) mod fans;
pub(crate) mod messages;
