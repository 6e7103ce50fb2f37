//! How much of the Rust is comment: a figure to look at, not a rule. The house aims at 8 to 14 %.

use super::house::House;

pub(super) fn report(house: &House) -> String {
    let (mut comments, mut code, mut files) = (0, 0, 0);
    for (_, parsed) in house.rust() {
        comments += parsed.comment_lines;
        code += parsed.code_lines;
        files += 1;
    }
    let per_mille = comments * 1000 / (comments + code).max(1);
    let share = format!("{}.{}", per_mille / 10, per_mille % 10);
    format!("{files} Rust files, {code} lines of code, {share} % of the lines are comments (aim: 8 to 14)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_of_the_lines_that_are_not_empty() {
        let house = House::of(&[("a.rs", "//! a\n\nfn a() {} // b\nfn b() {}\nfn c() {}\n")]);
        assert!(
            report(&house).contains("3 lines of code, 25.0 %"),
            "{}",
            report(&house)
        );
    }
}
