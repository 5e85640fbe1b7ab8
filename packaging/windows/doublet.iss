; The installer for Windows, by Inno Setup 6: iscc /DVersion=0.1.0 packaging\windows\doublet.iss
; It needs no administrator; one may install it for all users.

#ifndef Version
  #error Name the version: /DVersion=0.1.0
#endif

[Setup]
AppId={{6B0B7C0E-2E4D-4B3A-9D6E-5C1D9C2B7F51}
AppName=Doublet
AppVersion={#Version}
AppPublisher=Doublet contributors
DefaultDirName={autopf}\Doublet
DefaultGroupName=Doublet
DisableProgramGroupPage=yes
LicenseFile=..\..\LICENSE
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
ChangesAssociations=yes
ChangesEnvironment=yes
SetupIconFile=..\..\build\bundle\doublet.ico
UninstallDisplayIcon={app}\doublet-gui.exe
Compression=lzma2
SolidCompression=yes
WizardStyle=modern
OutputDir=..\..\dist
OutputBaseFilename=doublet-{#Version}-windows-x86_64-setup

[Tasks]
Name: desktop; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: path; Description: "Let ""doublet"" be typed in terminals (PATH)"; Flags: unchecked

[Files]
Source: "..\..\build\bundle\dist\doublet\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs

[InstallDelete]
; Modules of an older version must not stay behind.
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{group}\Doublet"; Filename: "{app}\doublet-gui.exe"
Name: "{autodesktop}\Doublet"; Filename: "{app}\doublet-gui.exe"; Tasks: desktop

[Registry]
; Sessions are Doublet's own.
Root: HKA; Subkey: "Software\Classes\.doublet"; ValueType: string; ValueData: "Doublet.Session"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Doublet.Session"; ValueType: string; ValueData: "Doublet session"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Doublet.Session\DefaultIcon"; ValueType: string; ValueData: "{app}\doublet-gui.exe,0"
Root: HKA; Subkey: "Software\Classes\Doublet.Session\shell\open\command"; ValueType: string; ValueData: """{app}\doublet-gui.exe"" ""%1"""
; Measured spectra belong to the programs that made them: in "Open with" only.
Root: HKA; Subkey: "Software\Classes\Applications\doublet-gui.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "Doublet"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\doublet-gui.exe\shell\open\command"; ValueType: string; ValueData: """{app}\doublet-gui.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\Applications\doublet-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".vms"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\.vms\OpenWithProgids"; ValueType: string; ValueName: "Doublet.Spectra"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\Doublet.Spectra"; ValueType: string; ValueData: "VAMAS spectra"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Doublet.Spectra\shell\open\command"; ValueType: string; ValueData: """{app}\doublet-gui.exe"" ""%1"""
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: NotInPath

[Run]
Filename: "{app}\doublet-gui.exe"; Description: "{cm:LaunchProgram,Doublet}"; Flags: nowait postinstall skipifsilent

[Code]
function NotInPath(): Boolean;
var
  Path: String;
begin
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Path) then
    Path := '';
  Result := Pos(';' + Lowercase(ExpandConstant('{app}')) + ';', ';' + Lowercase(Path) + ';') = 0;
end;
