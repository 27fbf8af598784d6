"""The Word template engine: .docx files with Jinja tags, compiled once and rendered many times.

From the file to the page, one concept a module::

    package      the zip: reading within limits, writing with the compressed bytes kept
    tokens       XML as a list of tokens and as a light tree
    tags         finding tags in paragraphs, joining split ones, smart quotes
    structure    tags that stand for rows, cells and paragraphs; colspan, cellbg, vm, hm
    numbering    lists in loops; drawings: charts and pictures named by their alternative text
    compiler     a part's tree to one Jinja template with a site for each value
    proof        why the result is well-formed whatever the data
    environment  the code generator that writes chunks and sites
    sites        how a value is written where it stands: text, attribute, paragraph, row, cell
    values       what a value is: the protocols
    richtext     RichText, RichParagraph, Listing; images, subdocument, markdown, breaks likewise
    adapt        docxtpl's objects as our own
    rendering    one rendering: what values add to the package
    parts        edits of relationships, types, numbering, styles; properties, watermark
    contents     a table of contents of the template, filled after the rendering
    repair       what data can leave empty or uneven
    compiled     all parts as functions; template: `WordTemplate`, the face
    clinic       what is wrong with a template; schema: which names it wants, of which type
"""
