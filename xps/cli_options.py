"""What can be written on the command line: commands and their options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from xps import __version__
from xps.error_budget import ERROR_METHODS

Command = Callable[[argparse.Namespace], int]

_MOST_WORKERS = 1024


class UsageError(Exception):
    """The words of the call are wrong.

    Parameters
    ----------
    message : str
    program : str
        The words whose ``--help`` says what is right.
    """

    def __init__(self, message: str, program: str = "doublet") -> None:
        super().__init__(message)
        self.remedy = f"see {program} --help"


class Parser(argparse.ArgumentParser):
    """A parser that raises where argparse would end the program."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)  # --js would not be seen as --json

    def error(self, message: str) -> NoReturn:
        """Raise a `UsageError`."""
        raise UsageError(message, self.prog)


def parser_of(functions: Mapping[str, Command]) -> Parser:
    """Return the parser of commands, by name; each leaves its function in ``options.command``."""
    parser = Parser(
        prog="doublet",
        description="Fit X-ray photoelectron spectra. Without a command the app opens, with "
        "the files or sessions given.",
    )
    parser.add_argument("--version", action="version", version=f"Doublet {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    made = {
        name: commands.add_parser(name, help=_first_line(function), description=function.__doc__)
        for name, function in functions.items()
    }
    for name, function in functions.items():
        made[name].set_defaults(command=function)
    for name in ("info", "convert"):
        made[name].add_argument("file", metavar="FILE")
    made["check"].add_argument("file", metavar="SESSION_OR_FILE")
    made["check"].add_argument("--recipe", metavar="R")
    made["suggest"].add_argument("file", metavar="SESSION_OR_FILE")
    made["suggest"].add_argument("--level", required=True, metavar="LEVEL", help='e.g. "S 2p"')
    made["suggest"].add_argument(
        "--recipe",
        metavar="R",
        help="whose charge reference, window, background and shape are taken; by default the "
        "shipped recipe of the level",
    )
    made["fit"].add_argument("files", nargs="+", metavar="FILE")
    for name in ("fit", "batch", "map", "simulate"):
        made[name].add_argument(
            "--recipe",
            required=True,
            metavar="NAME_OR_PATH",
            help="a shipped recipe such as argyrodite-s2p (any other name lists them all), "
            '"stored" for the fits that the files carry, or the path of a .toml file',
        )
    for name in ("fit", "simulate", "convert"):
        made[name].add_argument("--sample", metavar="TEXT", help="samples with TEXT in the name")
        made[name].add_argument("--spectrum", metavar="TEXT", help="spectra with TEXT in the name")
    for name in ("fit", "batch", "map", "simulate", "check", "suggest"):
        made[name].add_argument(
            "--species",
            action="append",
            default=[],
            metavar="FILE",
            help="species of your own, beside those of the library; may be given again",
        )
    made["fit"].add_argument(
        "--errors",
        type=_errors,
        default=("covariance",),
        metavar="KINDS",
        help=f"how errors are found: {', '.join(ERROR_METHODS)}, or several with commas between",
    )
    for name in ("fit", "check"):
        made[name].add_argument(
            "--waive",
            action="append",
            default=[],
            metavar="RULE[@PLACE]=REASON",
            help="let the findings of a rule stand, all or those whose place holds PLACE (sample, "
            "core level, component); kept in the session; may be given again",
        )
    made["fit"].add_argument(
        "--sensitivity", metavar="FILE.csv", help="sensitivity factors of your own"
    )
    made["fit"].add_argument(
        "--transmission",
        default="file",
        metavar="T",
        help="file, none, n of E^-n, or a table of kinetic energies and transmissions",
    )
    made["fit"].add_argument(
        "--escape",
        default="0.75",
        metavar="DEPTH",
        help="an exponent of the kinetic energy, none, a material, or "
        "FORMULA,DENSITY,MOLAR_MASS,VALENCE_ELECTRONS,GAP for TPP-2M",
    )
    made["fit"].add_argument(
        "--angle", type=float, metavar="N", help="degrees between X-rays and analyzer"
    )
    made["fit"].add_argument("--session", metavar="OUT.doublet")
    made["fit"].add_argument("--report", metavar="OUT.html")
    made["fit"].add_argument("--figure", metavar="OUT.pdf")
    made["fit"].add_argument(
        "--casaxps",
        metavar="OUT.vms",
        help="spectra, regions and components as a VAMAS file for CasaXPS",
    )
    made["script"].add_argument("-o", "--out", required=True, metavar="FIT.py")
    for name in ("export", "script", "verify", "compare", "thickness"):
        made[name].add_argument("session", metavar="SESSION")
    for name in ("export", "convert"):
        made[name].add_argument("--to", required=True, metavar="FILE")
    _add_batch(made["batch"])
    _add_stacks(made["map"], made["components"])
    _add_figure(made["export"])
    made["simulate"].add_argument("--out", required=True, metavar="FILE.vms")
    made["simulate"].add_argument(
        "--truth",
        metavar="FILE",
        help="what is true: a file, or cathode for that of the example; where there is no such "
        "file, the recipe's own values are used and written there",
    )
    made["simulate"].add_argument("--seed", type=int, default=0, metavar="N")
    made["compare"].add_argument(
        "--base", default="", metavar="SAMPLE", help="sample or group that others differ from"
    )
    made["compare"].add_argument(
        "--joint",
        action="store_true",
        help="fit all samples again, with positions, widths and shapes in common",
    )
    made["compare"].add_argument(
        "--series", metavar="NAME", help="a series whose trends are wanted, such as ALD cycles"
    )
    for name in ("fit", "compare"):
        made[name].add_argument(
            "--samples",
            metavar="TABLE.csv",
            help="what is known of samples: the column sample, group for replicates of one "
            "another, and a column for each series that they stand in",
        )
    _add_thickness(made["thickness"])
    printing = "info fit batch map components verify check compare thickness suggest selfcheck"
    for name in printing.split():
        made[name].add_argument("--json", action="store_true", help="one JSON object on stdout")
    return parser


def _add_batch(parser: Parser) -> None:
    """Where the spectra are, where the table goes, and who does the work."""
    parser.add_argument("files", nargs="+", metavar="FILE_OR_FOLDER")
    parser.add_argument(
        "--out",
        required=True,
        metavar="TABLE_OR_FOLDER",
        help="a table .csv, .jsonl or .parquet, or a folder that gets table.csv; a run that was "
        "stopped goes on where the same command is given again",
    )
    parser.add_argument(
        "--sessions", metavar="FOLDER", help="save a session for each file there, too"
    )
    parser.add_argument(
        "--stack",
        action="store_true",
        help="take the spectra of a file that share one axis as one map or profile, on the energy "
        "scale of their mean: many times faster, without upper limits",
    )
    parser.add_argument(
        "--workers",
        type=_count,
        metavar="N",
        help="processes on this machine; by default as many as it has processors",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="fit on a Dask cluster: tls://HOST:PORT, tcp://127.0.0.1:PORT, or local for one "
        "that is started on this machine with --workers processes",
    )
    for name, what in (
        ("ca", "authority that signed the certificates of a tls:// cluster"),
        ("cert", "certificate that this program shows it"),
        ("key", "private key of that certificate"),
    ):
        parser.add_argument(f"--tls-{name}", metavar="FILE.pem", help=what)


def _add_stacks(map_: Parser, components: Parser) -> None:
    """Which stacks are meant, and what their spectra have in common."""
    for parser in (map_, components):
        parser.add_argument("file", metavar="FILE_OR_FOLDER")
        parser.add_argument("--level", metavar="LEVEL", help='this core level alone, e.g. "S 2p"')
    map_.add_argument(
        "--out",
        required=True,
        metavar="FILE",
        help="a NeXus file .nxs with all maps, or a figure .png, .pdf or .svg",
    )
    for name, what in (
        ("shared", "parameters that are one and the same in all spectra: fwhm, center, mixing"),
        ("smooth", "parameters that change little from one spectrum to the next, such as area"),
    ):
        map_.add_argument(
            f"--{name}",
            type=lambda text: tuple(part.strip() for part in text.split(",") if part.strip()),
            default=(),
            metavar="KINDS",
            help=what + "; several with commas between",
        )


def _add_figure(parser: Parser) -> None:
    """What a figure shows, and how wide it is."""
    parser.add_argument(
        "--figure",
        dest="shows",
        choices=("spectra", "share", "atomic_percent"),
        help="what a .pdf, .svg or .png shows: spectra with fits (by default), or amounts as bars",
    )
    parser.add_argument(
        "--series", metavar="NAME", help="draw amounts along a series, such as ALD cycles"
    )
    parser.add_argument(
        "--width",
        dest="width_mm",
        type=float,
        metavar="MM",
        help="of the figure; 178 by default, one column 85",
    )
    for name, what in (("sample", "NAME"), ("core-level", "LEVEL")):
        parser.add_argument(
            f"--{name}",
            dest=f"{name.replace('-', '_')}s",
            action="append",
            metavar=what,
            help="draw it; may be given again",
        )


def figure_choice(options: argparse.Namespace) -> dict[str, Any]:
    """Return what was said about the figure, for `xps.figure.save_figure`."""
    names = ("shows", "series", "width_mm", "samples", "core_levels")
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def _add_thickness(parser: Parser) -> None:
    """The options of the thickness of a film."""
    for layer, line, material in (
        ("film", "Al 2p", "al2o3"),
        ("substrate", "Ni 2p", "ncm811"),
    ):
        parser.add_argument(
            f"--{layer}",
            default=line,
            metavar="LEVEL[:ID,ID]",
            help=f"its line, or those components of it; by default {line}",
        )
        parser.add_argument(
            f"--{layer}-material",
            default=material,
            metavar="MATERIAL",
            help="a material, or FORMULA,DENSITY,MOLAR_MASS,VALENCE_ELECTRONS,GAP for TPP-2M; by "
            f"default {material}",
        )
    parser.add_argument(
        "--under",
        action="append",
        default=[],
        metavar="LEVEL=SAMPLE[:ID,ID]",
        help="fit the lines of another sample under a line: Ni 3p of the bare sample under Al 2p, "
        "F KLL of the binder under Ni 2p; may be given again",
    )
    parser.add_argument(
        "--particles",
        default="flat",
        metavar="FORM",
        help="flat, round or fibers (coarse particles), or a shape factor",
    )
    parser.add_argument(
        "--emission",
        type=float,
        default=0.0,
        metavar="N",
        help="degrees of the analyzer from the surface normal",
    )
    parser.add_argument(
        "--sample",
        action="append",
        metavar="NAME",
        help="by default all with both lines, but those that lend a shape; may be given again",
    )
    parser.add_argument("--report", metavar="OUT.html")


def _first_line(function: Callable[..., Any]) -> str:
    return (function.__doc__ or "").partition("\n")[0]


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= _MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text!r}: a number from 1 to {_MOST_WORKERS}")
    return number


def _errors(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in ERROR_METHODS:
            raise argparse.ArgumentTypeError(f"{name!r}: choose from {', '.join(ERROR_METHODS)}")
    return names
