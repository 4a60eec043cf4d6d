// Values by their names, a line each: how orders reach the recorder, and how holds are kept.
//
//     name case-7
//     user ann
//     because letter of the court of 1 March

package struct NamedValues: Equatable, Sendable {
    private struct Member: Equatable, Sendable {
        let name: String
        let value: String
    }

    private var members: [Member] = []

    package init() {}

    /// Reads lines; fails at a name that stands twice and at what could steer a terminal.
    package init(_ text: String) throws(OrderRefusal) {
        // By bytes: to Swift, a space and an accent behind it are one character that is no space.
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            guard let space = line.firstIndex(of: UInt8(ascii: " ")), space > line.startIndex else {
                throw OrderRefusal("\"\(Substring(line))\" is no name with a value")
            }
            let (name, value) = (line[..<space], line[line.index(after: space)...])
            try put(String(Substring(name)), String(Substring(value)))
        }
    }

    /// Adds a value unless it is nil.
    package mutating func put(_ name: String, _ value: String?) throws(OrderRefusal) {
        guard let value else { return }
        guard !members.contains(where: { $0.name == name }) else {
            throw OrderRefusal("\(name) stands twice")
        }
        guard !value.isEmpty, !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw OrderRefusal("\(name) is empty or holds control characters")
        }
        members.append(Member(name: name, value: value))
    }

    /// Takes a value out; nil where it is not there.
    package mutating func take(_ name: String) -> String? {
        guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
        return members.remove(at: index).value
    }

    /// The same for a value that must be there.
    package mutating func need(_ name: String) throws(OrderRefusal) -> String {
        guard let value = take(name) else { throw OrderRefusal("\(name) is missing") }
        return value
    }

    /// Fails where a value was not taken: nobody knows what it says.
    package func expectNothing() throws(OrderRefusal) {
        guard let member = members.first else { return }
        throw OrderRefusal("there is nothing called \(member.name)")
    }

    /// A line each.
    package var text: String { members.map { "\($0.name) \($0.value)\n" }.joined() }
}

/// Why an order is not carried out, in one line for whoever gave it.
package struct OrderRefusal: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
