// Asks the standard library whether a text is in Unicode normal form C.

// The library normalises for String's ==, and lends that to Foundation under this name; building
// our own would mean a table of the Unicode database.
@_spi(_Unicode) import Swift

/// Whether normalising `scalars` to form C would leave them as they are.
func isNormalized(_ scalars: [Unicode.Scalar]) -> Bool {
    if scalars.allSatisfy(\.isASCII) { return true }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)._nfc.elementsEqual(scalars)
}
