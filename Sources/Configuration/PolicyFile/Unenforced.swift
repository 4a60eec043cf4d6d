// Words of the language that this version can't keep: refused, since what is accepted must hold.

package enum Unenforced {
    package static let words = [
        "at-most",
    ]
}

extension Value {
    /// Makes a finding of a word whose meaning would go unheeded.
    func refuse(unenforced word: String) {
        guard findings.unenforced.contains(word) else { return }
        refuse("\"\(word)\" is not enforced by this version")
    }
}

extension Table {
    func refuseUnenforced() {
        for key in findings.unenforced { self[key]?.refuse(unenforced: key) }
    }
}
