//! Sequences, tuples and structs that a wrapper hands on part by part.
//!
//! Six traits of serde say the same of six kinds of compounds. A wrapper says once what it makes of
//! a part: in `element(&mut self, value, write)` of one without a name, in
//! `field(&mut self, key, value, write)` of a field, in `end(self, end)` after the last; each gets
//! what writes to the compound beneath.

/// Implements the six for a type `Wrapper<'_, C>` around a compound `C`. The functions given after it
/// are those that serde has for structs, beside these.
macro_rules! compounds {
    ($wrapper:ident; $($field:item)*) => {
        compounds! {
            @elements $wrapper;
            SerializeSeq::serialize_element,
            SerializeTuple::serialize_element,
            SerializeTupleStruct::serialize_field,
            SerializeTupleVariant::serialize_field,
        }
        compounds! { @fields $wrapper; SerializeStruct; $($field)* }
        compounds! { @fields $wrapper; SerializeStructVariant; $($field)* }
    };
    (@elements $wrapper:ident; $($form:ident::$method:ident,)*) => {
        $(impl<C: $form> $form for $wrapper<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                self.element(value, |inner, part| inner.$method(part))
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.end(C::end)
            }
        })*
    };
    (@fields $wrapper:ident; $form:ident; $($field:item)*) => {
        impl<C: $form> $form for $wrapper<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), C::Error> {
                self.field(key, value, |inner, part| inner.serialize_field(key, part))
            }

            $($field)*

            fn end(self) -> Result<C::Ok, C::Error> {
                self.end(C::end)
            }
        }
    };
}

pub(crate) use compounds;
