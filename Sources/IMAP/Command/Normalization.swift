// Asks the standard library for the Unicode normal form C of a text.

// The library normalises for String's ==, and lends that to Foundation under this name; building
// our own would mean a table of the Unicode database.
@_spi(_Unicode) import Swift

/// The text in normal form C.
func normalized(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    if scalars.allSatisfy(\.isASCII) { return scalars }
    return Array(String(String.UnicodeScalarView(scalars))._nfc)
}

/// Whether normalising `scalars` to form C would leave them as they are.
func isNormalized(_ scalars: [Unicode.Scalar]) -> Bool { normalized(scalars) == scalars }
