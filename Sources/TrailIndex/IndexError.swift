// What can be wrong with an index, in the auditor's terms.

package struct IndexError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
