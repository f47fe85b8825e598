//! One style sheet from the files of `web/style/`.

use std::path::Path;

use crate::error::{BundleError, Result};
use crate::files::contents_below;

/// The styles of all pages: the file that orders the layers, then all others by path, minified; nothing when there are
/// no styles. Those of one audience lie in a folder of their own, and are none of these.
pub fn concatenate(folder: &Path) -> Result<Option<String>> {
    let parts = minified(folder, |name| !name.contains('/'))?;
    if parts.is_empty() {
        return Ok(None);
    }
    let (order, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(|css| only_orders_layers(css));
    match order.as_slice() {
        [order] => Ok(Some(format!("{order}{}", others.concat()))),
        several => Err(BundleError::LayerOrder(several.len())),
    }
}

/// The styles that only one audience needs, which come after those of all pages.
pub fn of_audience(folder: &Path) -> Result<String> {
    Ok(minified(folder, |_| true)?.concat())
}

/// By path.
fn minified(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let files = contents_below(folder)?.into_iter().filter(|(name, _)| name.ends_with(".css") && wanted(name));
    Ok(files.map(|(_, content)| minify(&String::from_utf8_lossy(&content))).collect())
}

/// `@layer reset,tokens;` and no rule.
fn only_orders_layers(css: &str) -> bool {
    css.starts_with("@layer ") && css.ends_with(';') && !css.contains('{')
}

/// Drops comments and the white space that means nothing; brotli does the rest.
fn minify(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css.chars().peekable();
    let mut quote = None;
    let mut space = false;
    while let Some(c) = rest.next() {
        if let Some(end) = quote {
            out.push(c);
            if c == '\\' {
                out.extend(rest.next());
            } else if c == end {
                quote = None;
            }
        } else if c == '/' && rest.peek() == Some(&'*') {
            skip_comment(&mut rest);
            space = true;
        } else if c.is_whitespace() {
            space = true;
        } else {
            let glued = matches!(c, '{' | '}' | ';' | ',') || out.ends_with(['{', '}', ';', ',']) || out.is_empty();
            if space && !glued {
                out.push(' ');
            }
            if c == '}' && out.ends_with(';') {
                out.pop();
            }
            space = false;
            quote = matches!(c, '"' | '\'').then_some(c);
            out.push(c);
        }
    }
    out
}

/// Up to and with the `*/`, from before the opening asterisk.
fn skip_comment(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    rest.next();
    let mut last = ' ';
    for c in rest.by_ref() {
        if last == '*' && c == '/' {
            return;
        }
        last = c;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minifying_keeps_the_meaning() {
        let cases = [
            ("space between rules goes", "a {\n  color : red;\n}\n\nb{ }\n", "a{color : red}b{}"),
            ("a descendant keeps its space", "a  b > c:hover { top: 0 }", "a b > c:hover{top: 0}"),
            ("a comment separates", "a/* x */b{}/**/c{}/***/", "a b{}c{}"),
            ("strings stay as they are", r#"a::after{content:"/* ; }  \" "}"#, r#"a::after{content:"/* ; }  \" "}"#),
            ("calculations keep the space they need", "a{width:calc( 1px  + 2px )}", "a{width:calc( 1px + 2px )}"),
            ("lists are tight", "a ,\n b{font:1px a , b;;}", "a,b{font:1px a,b;}"),
        ];
        for (name, css, minified) in cases {
            assert_eq!(minify(css), minified, "{name}");
        }
    }

    #[test]
    fn only_a_lone_layer_statement_orders_layers() {
        assert!(only_orders_layers(&minify("/* order */\n@layer reset, tokens;\n")));
        assert!(!only_orders_layers(&minify("@layer reset { a { top: 0 } }")));
        assert!(!only_orders_layers(&minify("@layer reset, tokens; @layer reset { a { top: 0 } }")));
    }
}
