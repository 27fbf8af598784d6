# The calls of PDFium that Wenshu makes itself.

from typing import Any

def FPDF_LINK() -> Any: ...  # noqa: N802
def FPDFLink_Enumerate(page: Any, position: Any, link: Any) -> bool: ...  # noqa: N802
def FPDFLink_GetDest(document: Any, link: Any) -> Any: ...  # noqa: N802
def FPDFDest_GetDestPageIndex(document: Any, destination: Any) -> int: ...  # noqa: N802
