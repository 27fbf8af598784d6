"""The Word template engine: .docx files with Jinja tags, compiled once and rendered many times.

From the file to the page, one concept a module::

    package    the zip: reading within limits, writing with the compressed bytes kept
    tokens     XML as a list of tokens; namespaces; what is refused
    tags       finding tags in paragraphs, joining split ones, smart quotes
    structure  tags that stand for rows, cells and paragraphs; colspan, cellbg, vm, hm
    compiler   a part's tokens to one Jinja template with a site for each value
    sites      how a value is written where it stands: text, attribute, paragraph, row, cell
    values     what a value is: the protocols, rich text, pictures, sub-documents
    rendering  one rendering: what values add to the package, and the repair on the way out
    template   `WordTemplate`, the face
"""
