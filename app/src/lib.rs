//! The binary of the bank (in progress).
