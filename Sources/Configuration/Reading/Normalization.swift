// Asks Foundation whether a text is in Unicode normal form C.
import Foundation

extension String {
    var isNormalized: Bool {
        utf8.elementsEqual(precomposedStringWithCanonicalMapping.utf8)
    }
}
