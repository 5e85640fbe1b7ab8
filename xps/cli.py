"""The command line: everything that the app does, without a window."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xps.cli_batch import batch
from xps.cli_options import Command, Parser, UsageError, figure_choice, parser_of
from xps.cli_output import (
    EXIT_FAILED,
    EXIT_INPUT,
    EXIT_OK,
    OutputError,
    complain,
    discard_output,
    print_json,
    print_text,
)
from xps.cli_stacks import components, map_
from xps.errors import FitError, ReadError, XpsError
from xps.project import Project, Step
from xps.quantification_settings import QuantificationSettings, parse_escape, parse_transmission
from xps.sample_table import SampleTable, read_sample_table
from xps.sensitivity import read_sensitivity
from xps.spectrum import Spectrum

if TYPE_CHECKING:
    from xps.result import FitResult
    from xps.waiving import WaiverRequest

INFO_FORMAT = "doublet.info/1"
CHECK_FORMAT = "doublet.check/1"
SUGGEST_FORMAT = "doublet.suggest/1"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 on success; 1 on a fit, check or verification that failed; 2 on bad usage or unreadable
    input, with one line on stderr that says what and where.
    """
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    except OutputError as error:
        discard_output()
        if not isinstance(error.__cause__, BrokenPipeError):  # else the reader had enough
            complain(f"the output cannot be written: {error}")
        return EXIT_FAILED


def _run(arguments: Sequence[str]) -> int:
    as_json = "--json" in arguments
    try:
        options = _parser().parse_args(arguments)
        command: Command = options.command
        with _species(options):
            return command(options)
    except UsageError as error:
        return _failed(XpsError(str(error), error.remedy), as_json)
    except XpsError as error:
        return _failed(error, as_json)


def _species(options: argparse.Namespace) -> contextlib.AbstractContextManager[None]:
    """Put the species of the files given into use."""
    files: Sequence[str] = getattr(options, "species", ())
    if not files:
        return contextlib.nullcontext()
    from xps.species import library_with, using

    return using(library_with(*map(Path, files)))


def info(options: argparse.Namespace) -> int:
    """List the spectra in a file."""
    from xps.readers.casa import stored_counts

    spectra, reader, warnings = _open(options.file)
    rows = []
    for index, spectrum in enumerate(spectra):
        energies = spectrum.binding_energy_ev
        regions, components = stored_counts(spectrum.notes)
        rows.append(
            {
                "index": index,
                "sample": spectrum.sample,
                "name": spectrum.name,
                "core_level": spectrum.core_level,
                "photon_energy_ev": spectrum.photon_energy_ev,
                "pass_energy_ev": spectrum.pass_energy_ev,
                "energy_axis": spectrum.axis,
                "energy_ev": None
                if energies is None
                else [float(energies.min()), float(energies.max())],
                "n_points": spectrum.n_points,
                "dwell_s": spectrum.dwell_s,
                "sweeps": spectrum.sweeps,
                "unit": spectrum.unit,
                "stored_regions": regions,
                "stored_components": components,
            }
        )
    if options.json:
        print_json(
            {
                "format": INFO_FORMAT,
                "file": str(options.file),
                "reader": reader,
                "spectra": rows,
                "warnings": list(warnings),
            }
        )
        return EXIT_OK
    from xps.cli_text import info_text

    print_text(info_text(str(options.file), reader, rows, warnings))
    return EXIT_OK


def fit(options: argparse.Namespace) -> int:
    """Fit every region that a recipe names."""
    from xps.analysis import fit as fit_spectra
    from xps.cli_text import fit_text
    from xps.recipe import load_recipe
    from xps.waiving import waive

    recipe, waivers = load_recipe(options.recipe), _waivers(options)
    samples = _sample_table(options)
    spectra: list[Spectrum] = []
    unreadable: list[XpsError] = []
    notes: list[str] = []
    for file in options.files:
        try:
            found, _, warnings = _open(file)
        except XpsError as error:
            unreadable.append(error)
            continue
        spectra += found
        notes += [f"{Path(file).name}: {warning}" for warning in warnings]
    for reason in unreadable if spectra else unreadable[1:]:
        complain(str(reason))
    if not spectra:
        raise unreadable[0]
    chosen = _chosen(spectra, options)
    _with_samples(Project().with_spectra(tuple(chosen)), samples)  # refused now, or never
    result = fit_spectra(
        chosen,
        recipe,
        errors=options.errors,
        quantification=_quantification(options),
    )
    for waiver in waivers:
        try:
            result = replace(result, project=waive(result.project, (waiver,)))
        except XpsError as error:  # what was feared did not happen
            notes.append(str(error))
    result = replace(result, project=_with_samples(result.project, samples))
    notes += result.notes
    _write(options, result, notes)
    if options.json:
        document = result.to_dict()
        document["notes"] = notes
        document["unreadable"] = [error.to_dict() for error in unreadable]
        print_json(document)
    else:
        print_text(fit_text(result, notes))
    if unreadable:
        return EXIT_INPUT
    return EXIT_OK if result.success else EXIT_FAILED


def _write(options: argparse.Namespace, result: FitResult, notes: list[str]) -> None:
    """Write the files that were asked for; what they cannot hold joins the notes."""
    if options.session is not None:
        from xps.session import save

        step = Step.now(f"Fit with the recipe {result.project.recipe}")
        save(options.session, result.project.with_step(step))
    if options.casaxps is not None:
        from xps.casaxps.export import write_casaxps

        notes += write_casaxps(options.casaxps, result.project)
    for target in (options.report, options.figure):
        if target is not None:
            from xps.export import export as export_project

            export_project(result.project, target, failures=result.failures, notes=notes)


def export(options: argparse.Namespace) -> int:
    """Write a session's results in another form; the ending says which."""
    from xps.export import export as export_project
    from xps.session import load

    for note in export_project(load(options.session), options.to, figure=figure_choice(options)):
        print_text(f"note: {note}")
    return EXIT_OK


def script(options: argparse.Namespace) -> int:
    """Write a script that repeats the fits of a session with numpy and lmfit alone."""
    from xps.atomic import write_atomically
    from xps.script import script_text

    text, notes = script_text(_load(options.session), Path(options.out).name)
    write_atomically(options.out, text.encode("utf-8", "backslashreplace"))
    for note in notes:
        print_text(f"note: {note}")
    return EXIT_OK


def simulate(options: argparse.Namespace) -> int:
    """Write simulated spectra with known truth."""
    from xps.atomic import write_atomically
    from xps.recipe import load_recipe
    from xps.simulation import simulate as simulate_spectra
    from xps.truth import as_truth, shipped_truth
    from xps.writers import write_vamas

    recipe = load_recipe(options.recipe)
    given = options.truth is not None and (
        _exists(options.truth) or shipped_truth(options.truth) is not None
    )
    truth = as_truth(options.truth if given else None, recipe)
    spectra = _chosen(simulate_spectra(recipe, truth, options.seed), options)
    write_vamas(options.out, spectra)
    if options.truth is not None and not given:
        write_atomically(options.truth, truth.to_json().encode())
    return EXIT_OK


def verify(options: argparse.Namespace) -> int:
    """Refit a session and tell whether its numbers come back."""
    from xps.session import load
    from xps.verify import verify as verify_project

    outcome = verify_project(load(options.session))
    if options.json:
        print_json(outcome.to_dict())
    else:
        print_text(outcome.to_text())
    return EXIT_OK if outcome.passed else EXIT_FAILED


def check(options: argparse.Namespace) -> int:
    """Apply the physics checks to a session, or to a file after fitting it."""
    from xps.analysis import fit as fit_spectra
    from xps.checks import check as check_project
    from xps.cli_text import finding_text
    from xps.session import save
    from xps.waiving import waive

    waivers = _waivers(options)
    failures: Collection[XpsError] = ()
    if _is_session(options.file):
        project = _load(options.file)
    elif options.recipe is None:
        raise UsageError("a file of spectra needs --recipe to be checked")
    else:
        result = fit_spectra(_open(options.file)[0], options.recipe)
        project, failures = result.project, result.failures.values()
    if waivers:
        project = waive(project, waivers)
        if _is_session(options.file):
            save(options.file, project.with_step(Step.now(f"Waive {len(waivers)} findings")))
    findings = check_project(project)
    if options.json:
        print_json(
            {
                "format": CHECK_FORMAT,
                "checks": [finding.to_dict() for finding in findings],
                "not_fitted": [failure.to_dict() for failure in failures],
            }
        )
    else:
        for finding in findings:
            print_text(finding_text(finding))
        for failure in failures:
            print_text(f"not fitted: {failure}")
        print_text("1 finding" if len(findings) == 1 else f"{len(findings)} findings")
    failed = bool(failures) or any(f.severity == "error" and f.waived is None for f in findings)
    return EXIT_FAILED if failed else EXIT_OK


def _sample_table(options: argparse.Namespace) -> SampleTable | None:
    return None if options.samples is None else read_sample_table(options.samples)


def _with_samples(project: Project, table: SampleTable | None) -> Project:
    return project if table is None else table.applied_to(project)


def compare(options: argparse.Namespace) -> int:
    """Tell by how much samples differ from one of them, and how sure that is."""
    from xps.comparison import compare as compare_samples
    from xps.comparison import joint_comparison_fit

    project = _with_samples(_load(options.session), _sample_table(options))
    joint = joint_comparison_fit(project) if options.joint else None
    comparison = compare_samples(project, options.base, joint, series=options.series)
    if options.json:
        print_json(comparison.to_dict())
    else:
        from xps.cli_text import comparison_text

        print_text(comparison_text(comparison))
    return EXIT_OK


def thickness(options: argparse.Namespace) -> int:
    """Tell how thick a film on the samples is, from two of their lines."""
    from xps.film_series import film_series
    from xps.film_text import parse_method, thickness_dict, thickness_text

    project = _load(options.session)
    method = parse_method(
        (options.film, options.film_material),
        (options.substrate, options.substrate_material),
        options.under,
        options.particles,
        options.emission,
    )
    series = film_series(project, method, options.sample)
    if options.report is not None:
        from xps.atomic import write_atomically
        from xps.report import report_html

        page = report_html(project, films=series)
        write_atomically(options.report, page.encode("utf-8", "xmlcharrefreplace"))
    if options.json:
        print_json(thickness_dict(series))
    else:
        print_text(thickness_text(series))
    return EXIT_FAILED if any(one.failure for one in series.samples) else EXIT_OK


def suggest(options: argparse.Namespace) -> int:
    """Tell which species the data of a core level support."""
    from xps.cli_text import suggest_text
    from xps.levels import parse_core_level
    from xps.recipe import load_recipe
    from xps.sample_models import suggest_models

    level = parse_core_level(options.level)
    if level is None:
        raise UsageError(f'{options.level!r} is no core level: write it as "S 2p"')
    recipe = None if options.recipe is None else load_recipe(options.recipe)
    if _is_session(options.file):
        project = _load(options.file)
    else:
        project = Project().with_spectra(tuple(_open(options.file)[0]))
    found = suggest_models(project, level, recipe)
    if not found:
        levels = sorted({entry.spectrum.core_level or "?" for entry in project.entries})
        raise ReadError(f"no spectrum of {level}", f"there are: {', '.join(levels)}")
    if options.json:
        suggestions = [one.to_dict() for one in found]
        print_json({"format": SUGGEST_FORMAT, "core_level": level, "suggestions": suggestions})
    else:
        print_text(suggest_text(found))
    return EXIT_FAILED if any(one.failure for one in found) else EXIT_OK


def selfcheck(options: argparse.Namespace) -> int:
    """Prove on this machine that fits and their errors are right."""
    from xps.selfcheck import selfcheck as run_selfcheck

    outcome = run_selfcheck()
    if options.json:
        print_json(outcome.to_dict())
    else:
        print_text(outcome.to_text())
    return EXIT_OK if outcome.passed else EXIT_FAILED


def convert(options: argparse.Namespace) -> int:
    """Write the spectra of a file in another format: VAMAS, text or NeXus, by the ending."""
    from xps.writers import write_spectra

    if _exists(options.to) and Path(options.to).samefile(options.file):
        raise UsageError("a file cannot be converted into itself: give --to another name")
    spectra, reader, warnings = _open(options.file)
    chosen = _chosen(spectra, options)
    write_spectra(options.to, chosen)
    for warning in warnings:
        complain(f"{Path(options.file).name}: {warning}")
    count = "1 spectrum" if len(chosen) == 1 else f"{len(chosen)} spectra"
    print_text(f"{options.to}: {count}, read as {reader}")
    return EXIT_OK


COMMANDS: dict[str, Command] = {
    "info": info,
    "convert": convert,
    "fit": fit,
    "batch": batch,
    "map": map_,
    "components": components,
    "export": export,
    "script": script,
    "simulate": simulate,
    "verify": verify,
    "check": check,
    "compare": compare,
    "thickness": thickness,
    "suggest": suggest,
    "selfcheck": selfcheck,
}


def _parser() -> Parser:
    return parser_of(COMMANDS)


def _quantification(options: argparse.Namespace) -> QuantificationSettings:
    return QuantificationSettings(
        None if options.sensitivity is None else read_sensitivity(options.sensitivity),
        parse_transmission(options.transmission),
        parse_escape(options.escape),
        options.angle,
    )


def _waivers(options: argparse.Namespace) -> list[WaiverRequest]:
    """What the call lets stand; refused before anything is fitted where it cannot be read."""
    from xps.waiving import parse_waiver

    return [parse_waiver(text) for text in options.waive]


def _exists(file: str) -> bool:
    with contextlib.suppress(OSError):  # e.g. a name that is too long for a file
        return Path(file).exists()
    return False


def _is_session(file: str) -> bool:
    return Path(file).suffix.lower() == ".doublet"


def _load(file: str) -> Project:
    from xps.session import load

    return load(file)


def _open(file: str) -> tuple[list[Spectrum], str, tuple[str, ...]]:
    """Read a file of spectra, or take the spectra of a session."""
    if _is_session(file):
        return [entry.spectrum for entry in _load(file).entries], "session", ()
    from xps.readers import read_file

    content = read_file(file)
    return list(content.spectra), content.reader, content.warnings


def _chosen(spectra: Sequence[Spectrum], options: argparse.Namespace) -> list[Spectrum]:
    chosen = [
        spectrum
        for spectrum in spectra
        if (options.sample or "").casefold() in spectrum.sample.casefold()
        and (options.spectrum or "").casefold()
        in f"{spectrum.name} {spectrum.core_level or ''}".casefold()
    ]
    if not chosen:
        names = sorted({f"{s.sample}/{s.core_level or s.name}" for s in spectra})
        raise ReadError(
            f"no spectrum matches --sample {options.sample!r} --spectrum {options.spectrum!r}",
            f"there are: {', '.join(names[:12])}",
        )
    return chosen


def _failed(error: XpsError, as_json: bool) -> int:
    if as_json:
        print_json(error.to_dict())
    complain(str(error))
    return EXIT_FAILED if isinstance(error, FitError) else EXIT_INPUT
