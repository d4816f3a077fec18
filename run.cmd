@echo off
rem Double-click: sets Gerald up, which takes minutes the first time, starts it, and opens its page in a browser.
rem Arguments go on to `supervisor run`, such as --text. On an error the window stays open.
setlocal
set "PYTHONUTF8=1"
pushd "%~dp0" || goto failed
powershell.exe -NoLogo -NoProfile -ExecutionPolicy Bypass -File "tools\setup.ps1" || goto failed
".venv\Scripts\supervisor.exe" run --open %*
if errorlevel 1 goto failed
popd
exit /b 0

:failed
set "status=%errorlevel%"
echo.
echo Gerald could not be started, or ended with an error (%status%). What to do is said above; see also
echo     .venv\Scripts\supervisor.exe doctor
echo.
pause
exit /b %status%
