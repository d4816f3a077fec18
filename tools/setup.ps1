# Set-up on Windows: makes .venv ready to run Gerald, or to test it with -Dev. Safe to repeat. Not yet tried on a Windows machine.
# -Extras languages,kokoro brings models that are not needed by everybody.
param([switch]$Dev, [string[]]$Extras = @())
$ErrorActionPreference = "Stop"
Set-Location (Split-Path $PSScriptRoot -Parent)

function Invoke-Checked([string]$program, [string[]]$arguments) {
    & $program @arguments
    if ($LASTEXITCODE -ne 0) { throw "set-up: '$program $arguments' failed with exit code $LASTEXITCODE" }
}

$python = ".venv\Scripts\python.exe"
if (-not (Test-Path $python)) { Invoke-Checked "py" @("-3", "-m", "venv", ".venv") }
Invoke-Checked $python @("-c", "import sys; sys.exit('Python 3.11 or newer is needed' if sys.version_info < (3, 11) else 0)")
Invoke-Checked $python @("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
    "--requirement", "tools\lock\uv.txt")

$mode = if ($Dev) { "dev" } else { "run" }
$install = @("-m", "uv", "pip", "install", "--python", $python, "--compile-bytecode")
Invoke-Checked $python ($install + @("--require-hashes", "--requirement", "tools\lock\$mode.txt"))
Invoke-Checked $python ($install + @("--require-hashes", "--no-deps", "--requirement", "tools\lock\weights.txt"))
Invoke-Checked $python ($install + @("--no-deps", "--no-build-isolation", "--editable", "."))
foreach ($extra in $Extras) {
    Invoke-Checked $python ($install + @("--require-hashes", "--no-deps", "--requirement", "tools\lock\$extra.txt"))
    $archive = @()
    if ($extra -eq "kokoro") {
        Invoke-Checked "npm" @("pack", "--silent", "kokoro-js@1.2.1", "--pack-destination", ".venv")
        $archive = @("--archive", ".venv\kokoro-js-1.2.1.tgz")
    }
    Invoke-Checked $python (@("-m", "config.extras", $extra) + $archive)
}
Invoke-Checked $python @("-m", "config.models")
Write-Host "ready: .venv\Scripts\supervisor.exe run"
