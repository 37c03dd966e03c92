import { describe, expect, it } from '@jest/globals';
import { type Grant, isAllowed, isWithin, PERMISSIONS, ROLES } from './permission.js';

const all = (role: Grant['role']): Grant => ({ role, scopes: null });

describe('permissions', () => {
  it('the owner may do everything', () => {
    for (const permission of PERMISSIONS) expect(isAllowed(all('owner'), permission)).toBe(true);
  });

  it('a viewer reads and changes nothing', () => {
    const granted = PERMISSIONS.filter((permission) => isAllowed(all('viewer'), permission));
    expect(granted.every((permission) => permission.endsWith(':read'))).toBe(true);
    expect(granted).not.toContain('keys:read');
    expect(granted).not.toContain('audit:read');
  });

  it('scopes only take away: what the role does not allow stays refused', () => {
    const grant: Grant = { role: 'viewer', scopes: ['scores:read', 'keys:write'] };
    expect(PERMISSIONS.filter((permission) => isAllowed(grant, permission))).toEqual(['scores:read']);
  });

  it('every role is within the owner, and no other role is the owner', () => {
    for (const role of ROLES) {
      expect(isWithin(all(role), all('owner'))).toBe(true);
      expect(isWithin(all('owner'), all(role))).toBe(role === 'owner');
    }
  });

  it('an owner of two scopes can hand out no more than those', () => {
    const holder: Grant = { role: 'owner', scopes: ['keys:write', 'scores:read'] };
    expect(isWithin({ role: 'viewer', scopes: ['scores:read'] }, holder)).toBe(true);
    expect(isWithin(all('viewer'), holder)).toBe(false);
    expect(isWithin(all('owner'), holder)).toBe(false);
  });
});
