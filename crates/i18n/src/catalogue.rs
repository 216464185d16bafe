//! What texts there are: keys, arguments, plural forms. For tests and tools, not for pages.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::{
    ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey},
    parser,
};

use crate::{Locale, text::SOURCES};

/// One text as its file defines it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// The file without folder and ending.
    pub area: &'static str,
    /// Names of the arguments it uses, without `$`.
    pub arguments: BTreeSet<String>,
    /// For every selection by plural category: the categories that it names.
    pub plurals: Vec<BTreeSet<String>>,
    /// Other texts that it is made of.
    pub references: BTreeSet<String>,
    /// Whether it has attributes, which the product does not use.
    pub has_attributes: bool,
}

/// All texts of a language by key, and what is wrong with its files (syntax, keys defined twice).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// The texts by key.
    pub texts: BTreeMap<String, Text>,
    /// One sentence per fault.
    pub faults: Vec<String>,
}

/// CLDR plural categories.
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

impl Catalogue {
    /// Reads the texts of a language that are built into the program.
    #[must_use]
    pub fn of(locale: Locale) -> Self {
        let mut catalogue = Self::default();
        for (code, area, source) in SOURCES {
            if *code == locale.code() {
                catalogue.add(area, source);
            }
        }
        catalogue
    }

    fn add(&mut self, area: &'static str, source: &'static str) {
        let resource = parser::parse(source).unwrap_or_else(|(resource, errors)| {
            self.faults
                .extend(errors.iter().map(|error| format!("{area}.ftl: {error}")));
            resource
        });
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    let mut text = Text {
                        area,
                        has_attributes: !message.attributes.is_empty(),
                        ..Text::default()
                    };
                    if let Some(value) = &message.value {
                        text.read(value);
                    }
                    let key = message.id.name.to_owned();
                    if let Some(first) = self.texts.insert(key.clone(), text) {
                        self.faults.push(format!(
                            "{area}.ftl: `{key}` is defined in {}.ftl already",
                            first.area
                        ));
                    }
                }
                Entry::Junk { content } => self
                    .faults
                    .push(format!("{area}.ftl: not understood: {}", content.trim())),
                _ => {}
            }
        }
    }
}

impl Text {
    fn read(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.read_expression(expression);
            }
        }
    }

    fn read_expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.read_inline(inline),
            Expression::Select { selector, variants } => {
                self.read_inline(selector);
                let named: BTreeSet<String> = variants
                    .iter()
                    .filter_map(|variant| match variant.key {
                        VariantKey::Identifier { name } => Some(name.to_owned()),
                        VariantKey::NumberLiteral { .. } => None,
                    })
                    .collect();
                if named.iter().all(|name| CATEGORIES.contains(&name.as_str())) {
                    self.plurals.push(named);
                }
                for variant in variants {
                    self.read(&variant.value);
                }
            }
        }
    }

    fn read_inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.arguments.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, .. } => {
                self.references.insert(id.name.to_owned());
            }
            InlineExpression::FunctionReference { arguments, .. }
            | InlineExpression::TermReference {
                arguments: Some(arguments),
                ..
            } => self.read_call(arguments),
            InlineExpression::Placeable { expression } => self.read_expression(expression),
            _ => {}
        }
    }

    fn read_call(&mut self, arguments: &CallArguments<&str>) {
        for argument in &arguments.positional {
            self.read_inline(argument);
        }
        for argument in &arguments.named {
            self.read_inline(&argument.value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_arguments_plurals_and_faults() {
        let mut catalogue = Catalogue::default();
        catalogue.add(
            "a",
            "one = { $count ->\n    [one] x { $name }\n   *[other] { two }\n}\ntwo = y\n",
        );
        catalogue.add("b", "two = z\nthree = { NUMBER($n) }\n    .title = t\n!junk\n");
        let one = &catalogue.texts["one"];
        assert_eq!(one.arguments, ["count", "name"].map(str::to_owned).into());
        assert_eq!(
            one.plurals,
            [BTreeSet::from(["one".to_owned(), "other".to_owned()])]
        );
        assert_eq!(one.references, ["two".to_owned()].into());
        let three = &catalogue.texts["three"];
        assert!(three.has_attributes && three.arguments.contains("n"));
        assert!(
            catalogue
                .faults
                .iter()
                .any(|fault| fault.contains("`two` is defined in a.ftl already"))
        );
        assert!(
            catalogue.faults.iter().any(|fault| fault.contains("!junk")),
            "{:?}",
            catalogue.faults
        );
    }
}
