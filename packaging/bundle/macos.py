"""What macOS is told of the app: its version and the files that it opens."""

from __future__ import annotations

from xps.version import __version__

IDENTIFIER = "io.github.doublet.Doublet"
VERSION = __version__
SESSION_TYPE = "io.github.doublet.session"
VAMAS_TYPE = "io.github.doublet.vamas"

INFORMATION = {
    "CFBundleDisplayName": "Doublet",
    "LSApplicationCategoryType": "public.app-category.education",
    "LSMinimumSystemVersion": "13.0",
    "NSHighResolutionCapable": True,
    "NSRequiresAquaSystemAppearance": False,
    "NSHumanReadableCopyright": "BSD 3-Clause License",
    "CFBundleDocumentTypes": [
        {
            "CFBundleTypeName": "Doublet session",
            "CFBundleTypeRole": "Editor",
            "LSHandlerRank": "Owner",
            "LSItemContentTypes": [SESSION_TYPE],
        },
        {
            # In "Open With" only: measured spectra belong to the programs that made them.
            "CFBundleTypeName": "VAMAS spectra",
            "CFBundleTypeRole": "Viewer",
            "LSHandlerRank": "Alternate",
            "LSItemContentTypes": [VAMAS_TYPE],
        },
    ],
    "UTExportedTypeDeclarations": [
        {
            "UTTypeIdentifier": SESSION_TYPE,
            "UTTypeDescription": "Doublet session",
            "UTTypeConformsTo": ["public.data"],
            "UTTypeTagSpecification": {
                "public.filename-extension": ["doublet"],
                "public.mime-type": ["application/x-doublet-session"],
            },
        }
    ],
    "UTImportedTypeDeclarations": [
        {
            "UTTypeIdentifier": VAMAS_TYPE,
            "UTTypeDescription": "VAMAS spectra (ISO 14976)",
            "UTTypeConformsTo": ["public.data"],
            "UTTypeTagSpecification": {"public.filename-extension": ["vms"]},
        }
    ],
}
