//! Whether a rendered page is sound: known names of elements and attributes, everything closed, ids unique, labels and
//! references leading somewhere, nothing inline. maud writes any name, so the tests look.

use std::collections::HashSet;

const ELEMENTS: &str = "a aside body br button caption circle code dd details dialog div dl dt fieldset figure footer form h1 h2 h3 head header html \
    hr iframe img input label legend li line link main meta meter nav noscript ol option p path pre progress rect script search section select small \
    span strong summary svg table tbody td textarea tfoot th thead title tr ul";
const EMPTY: &str = "br hr img input link meta";
const ATTRIBUTES: &str = "action aria-busy aria-controls aria-current aria-describedby aria-expanded aria-hidden aria-invalid aria-label \
    aria-labelledby aria-live aria-sort alt autocomplete autofocus charset checked class colspan command commandfor content cx cy d \
    data-copy data-done data-failed data-file data-kind data-label data-make-key data-names data-no-name data-said data-save data-shown-by data-submit data-value defer disabled download fill focusable for form formaction \
    formnovalidate height hidden high href hx-disable hx-get hx-include hx-indicator hx-morph-skip hx-post hx-swap hx-target hx-trigger id inputmode \
    lang low max maxlength method min name open optimum pattern placeholder preserveAspectRatio r readonly rel required role rows rx sandbox scope selected \
    shape-rendering spellcheck src tabindex target title type value viewBox width x x1 x2 y y1 y2";

/// Everything that is wrong with the page.
pub(crate) fn faults(page: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut ids = HashSet::new();
    let mut references = Vec::new();
    for tag in tags(page) {
        if tag.is_end {
            if open.pop().as_deref() != Some(&tag.name) {
                faults.push(format!("</{}> closes nothing", tag.name));
            }
            continue;
        }
        if !has(ELEMENTS, &tag.name) {
            faults.push(format!("<{}> is no element", tag.name));
        }
        for (name, value) in &tag.attributes {
            if !has(ATTRIBUTES, name) {
                faults.push(format!("<{} {name}> is no attribute", tag.name));
            }
            match name.as_str() {
                "id" if !ids.insert(value.clone()) => faults.push(format!("two elements are called {value}")),
                "for" | "aria-labelledby" | "aria-describedby" | "aria-controls" | "commandfor" | "form"
                | "data-copy" => {
                    references.extend(value.split_whitespace().map(str::to_owned));
                }
                "href" | "src" if value.starts_with("javascript:") => {
                    faults.push("a script address".to_owned());
                }
                _ => {}
            }
        }
        let given = |name: &str| tag.attributes.iter().any(|(given, _)| given == name);
        if tag.name == "script" && !given("src") || tag.name == "style" {
            faults.push(format!("<{}> is inline", tag.name));
        }
        if tag.name == "img" && !given("alt") {
            faults.push("a picture without alt".to_owned());
        }
        if !tag.is_closed && !has(EMPTY, &tag.name) {
            open.push(tag.name);
        }
    }
    faults.extend(open.iter().map(|name| format!("<{name}> is not closed")));
    faults.extend(
        references
            .iter()
            .filter(|id| !ids.contains(*id))
            .map(|id| format!("nothing is called {id}")),
    );
    faults.extend(unlabelled(page));
    faults
}

/// Fields that no label names.
fn unlabelled(page: &str) -> Vec<String> {
    let tags: Vec<Tag> = tags(page).collect();
    let labelled: HashSet<&str> = tags
        .iter()
        .filter(|tag| tag.name == "label")
        .filter_map(|tag| tag.value("for"))
        .collect();
    tags.iter()
        .filter(|tag| matches!(tag.name.as_str(), "input" | "select" | "textarea") && !tag.is_end)
        .filter(|tag| tag.value("type") != Some("hidden") && tag.value("aria-label").is_none())
        .filter(|tag| tag.value("id").is_none_or(|id| !labelled.contains(id)))
        .map(|tag| format!("no label for the field {:?}", tag.value("name")))
        .collect()
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    is_end: bool,
    is_closed: bool,
}

impl Tag {
    fn value(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The tags of markup as maud writes it: attributes quoted by `"`, `<` and `>` in texts escaped.
fn tags(page: &str) -> impl Iterator<Item = Tag> + '_ {
    page.split('<')
        .skip(1)
        .filter(|part| !part.starts_with('!'))
        .map(|part| {
            let inside = end_of(part).map_or(part, |end| &part[..end]);
            // SVG's own way to close an element at once.
            let (is_closed, inside) = inside
                .strip_suffix('/')
                .map_or((false, inside), |rest| (true, rest));
            let (is_end, inside) = inside
                .strip_prefix('/')
                .map_or((false, inside), |rest| (true, rest));
            let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
            let mut attributes = Vec::new();
            while !rest.trim().is_empty() {
                let rest_trimmed = rest.trim_start();
                let end = rest_trimmed.find(['=', ' ']).unwrap_or(rest_trimmed.len());
                let name = &rest_trimmed[..end];
                if rest_trimmed[end..].starts_with("=\"") {
                    let value = &rest_trimmed[end + 2..];
                    let close = value.find('"').unwrap_or(value.len());
                    attributes.push((name.to_owned(), value[..close].to_owned()));
                    rest = value.get(close + 1..).unwrap_or_default();
                } else {
                    attributes.push((name.to_owned(), String::new()));
                    rest = &rest_trimmed[end..];
                }
            }
            Tag {
                name: name.to_owned(),
                attributes,
                is_end,
                is_closed,
            }
        })
}

fn end_of(part: &str) -> Option<usize> {
    let mut is_quoted = false;
    part.char_indices().find_map(|(at, c)| {
        is_quoted ^= c == '"';
        (c == '>' && !is_quoted).then_some(at)
    })
}

fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

#[test]
fn a_sound_page_has_no_fault_and_each_fault_is_found() {
    assert_eq!(
        faults(r#"<div id="a"><label for="b">x</label><input id="b" name="b" required></div>"#),
        Vec::<String>::new()
    );
    for (page, fault) in [
        ("<spann></spann>", "<spann> is no element"),
        (r#"<p klass="x"></p>"#, "<p klass> is no attribute"),
        ("<p><span></p>", "</p> closes nothing"),
        (r#"<p id="a"></p><p id="a"></p>"#, "two elements are called a"),
        (r#"<p aria-describedby="x"></p>"#, "nothing is called x"),
        ("<script>1</script>", "<script> is inline"),
        (r#"<input name="q">"#, "no label for the field Some(\"q\")"),
        (r#"<p style="x"></p>"#, "<p style> is no attribute"),
    ] {
        assert!(
            faults(page).iter().any(|found| found == fault),
            "{page}: {:?}",
            faults(page)
        );
    }
}

/// Renders a page in both languages, checks that it is sound and keeps the English one and the Russian one as snapshots.
macro_rules! snapshot_page {
    ($name:literal, $view:expr, $page:expr) => {
        for locale in i18n::Locale::ALL {
            let view = $crate::view::View { locale, ..$view };
            let render: &dyn Fn(&$crate::view::View) -> maud::Markup = &$page;
            let page = render(&view).into_string();
            assert_eq!(
                $crate::validity::faults(&page),
                Vec::<String>::new(),
                "{} in {locale}",
                $name
            );
            insta::assert_snapshot!(format!("{}-{locale}", $name), $crate::validity::readable(&page));
        }
    };
}
pub(crate) use snapshot_page;

/// One tag per line, and asset addresses without their stamp, so that a snapshot shows what changed.
pub(crate) fn readable(page: &str) -> String {
    let mut lines = String::with_capacity(page.len() * 2);
    for part in page.split_inclusive('>') {
        lines.push_str(part);
        lines.push('\n');
    }
    let mut shown = String::with_capacity(lines.len());
    let mut rest = lines.as_str();
    while let Some(at) = rest.find("/assets/") {
        let (before, after) = rest.split_at(at + "/assets/".len());
        shown.push_str(before);
        rest = after.split_once('/').map_or(after, |(_, name)| name);
    }
    shown.push_str(rest);
    shown
}
