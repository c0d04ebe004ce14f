//! What members that hold names and values are called.

use super::super::bytes::Words;

/// Members that hold a name.
static NAMES: Words = Words::new(&[
    "attribute",
    "attributename",
    "column",
    "columnname",
    "env",
    "envvar",
    "field",
    "fieldname",
    "first",
    "header",
    "headername",
    "id",
    "k",
    "key",
    "keyname",
    "label",
    "loc",
    "n",
    "name",
    "option",
    "option_name",
    "optionname",
    "param",
    "parameter",
    "parameterkey",
    "parametername",
    "paramname",
    "path",
    "prop",
    "property",
    "propertyname",
    "question",
    "secretname",
    "setting",
    "title",
    "var",
    "variable",
    "variablename",
]);

/// Members that hold a name, or the kind of something that is none: the value tells.
pub(super) static KINDS: Words = Words::new(&["kind", "type"]);

/// Members that hold a value.
static VALUES: Words = Words::new(&[
    "#text",
    "$",
    "_text",
    "actual",
    "after",
    "answer",
    "before",
    "bool_value",
    "content",
    "contents",
    "current",
    "currentvalue",
    "data",
    "fieldvalue",
    "from",
    "given",
    "got",
    "input",
    "new",
    "newvalue",
    "new_value",
    "old",
    "oldvalue",
    "old_value",
    "optionvalue",
    "option_value",
    "original",
    "originalvalue",
    "parametervalue",
    "paramvalue",
    "plaintext",
    "plainvalue",
    "plaintextvalue",
    "prev",
    "previous",
    "previousvalue",
    "previous_value",
    "raw",
    "rawvalue",
    "received",
    "rejected",
    "rejected_value",
    "rejectedvalue",
    "response",
    "second",
    "secretstring",
    "secretvalue",
    "string",
    "string_value",
    "stringvalue",
    "text",
    "to",
    "v",
    "val",
    "value",
    "values",
    "variablevalue",
]);

/// Members that hold the path to a name.
pub(super) static PATHS: Words = Words::new(&["loc", "path"]);

/// Whether a member of this name holds a name.
pub(super) fn is_name(name: &[u8]) -> bool {
    is_one_of(name, &NAMES)
}

/// Whether a member of this name holds a value.
pub(in super::super) fn is_value(name: &[u8]) -> bool {
    is_one_of(name, &VALUES)
}

pub(super) fn is_one_of(name: &[u8], words: &Words) -> bool {
    let name = match name {
        [b':' | b'@' | b'_', rest @ ..] => rest,
        name => name,
    };
    words.has_in_any_case(name)
}
